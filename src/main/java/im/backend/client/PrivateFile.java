package im.backend.client;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** A small file that only its owner may read (0600), replaced as a whole so that a reader never sees half of it. */
final class PrivateFile {
    private final Path path;

    PrivateFile(Path path) {
        this.path = path;
    }

    Optional<JsonObject> read() throws IOException {
        try {
            return Optional.of(JsonObject.parse(Files.readString(path)));
        } catch (NoSuchFileException absentIsFine) {
            return Optional.empty();
        }
    }

    void write(JsonObject content) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path draft = Files.createTempFile(folder, "." + path.getFileName(), ".tmp", onlyOwner());
        try {
            Files.writeString(draft, content + "\n");
            Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    void delete() throws IOException {
        Files.deleteIfExists(path);
    }

    private static FileAttribute<?>[] onlyOwner() {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }
}
