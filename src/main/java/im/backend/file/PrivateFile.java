package im.backend.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * A small text file with mode 0600 in a folder with mode 0700. It is whole or absent, also after a power cut, and it never
 * existed with wider rights.
 */
public record PrivateFile(Path folder, String name) {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final FileAttribute<Set<PosixFilePermission>> FILE_RIGHTS =
            PosixFilePermissions.asFileAttribute(OWNER_ONLY);
    private static final FileAttribute<Set<PosixFilePermission>> FOLDER_RIGHTS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    public PrivateFile {
        folder = folder.toAbsolutePath();
    }

    public Path path() {
        return folder.resolve(name);
    }

    /** The content; empty when there is no such file. Takes back rights that others were given, as a restored copy may have. */
    public Optional<String> read() {
        try {
            String content = Files.readString(path());
            if (!Files.getPosixFilePermissions(path()).equals(OWNER_ONLY)) {
                Files.setPosixFilePermissions(path(), OWNER_ONLY);
            }
            return Optional.of(content);
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Writes or replaces it; on the disk (fsync) when this returns. */
    public void write(String content) {
        Path fresh = folder.resolve(name + ".new");
        try {
            Files.createDirectories(folder, FOLDER_RIGHTS);
            Files.deleteIfExists(fresh);
            try (FileChannel channel = FileChannel.open(
                    fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), FILE_RIGHTS)) {
                ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(fresh, path(), StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel entries = FileChannel.open(folder)) {
                entries.force(true);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
