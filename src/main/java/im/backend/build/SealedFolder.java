package im.backend.build;

import im.backend.file.FileTree;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A folder that never changes again: read-only for everybody, owned by the server, and moved to its name only when it is
 * whole. Its seal is a small file beside it with what it must weigh: after a power cut the name may be on disk and the
 * content not, so in another boot of the machine the folder is weighed once before it is trusted.
 *
 * @param path of the folder; it may not be there
 */
public record SealedFolder(Path path) {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Path OWN_PROCESS = Path.of("/proc/self");
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("r--r--r--");
    private static final Set<PosixFilePermission> PROGRAM = PosixFilePermissions.fromString("r-xr-xr-x");
    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwxr-xr-x");

    /** Whether it is there and whole; what is there and not whole is removed. */
    public boolean isWhole() throws IOException {
        Path seal = seal();
        String[] written;
        try {
            written = Files.readString(seal).strip().split(" ");
        } catch (NoSuchFileException neverSealed) {
            return false;
        }
        if (Files.isDirectory(path) && written.length == 3) {
            if (written[0].equals(bootId())) {
                return true;
            }
            String weight = weigh();
            if (weight.equals(written[1] + " " + written[2])) {
                writeSeal(weight);
                return true;
            }
        }
        delete();
        return false;
    }

    /** Takes a finished folder of the same file system as its own; {@code content} is gone afterwards. */
    public void fill(Path content) throws IOException {
        makeReadOnly(content);
        Files.createDirectories(path.getParent());
        delete();
        Files.move(content, path, StandardCopyOption.ATOMIC_MOVE);
        writeSeal(weigh());
    }

    /**
     * As {@link #fill}, for content that is the server's own and read-only already.
     *
     * @param files how many there are in it, links included
     * @param sizeBytes of all regular files
     */
    public void fillSealed(Path content, long files, long sizeBytes) throws IOException {
        delete();
        Files.move(content, path, StandardCopyOption.ATOMIC_MOVE);
        writeSeal(files + " " + sizeBytes);
    }

    /** The time of the last {@link #touch}, or of its making. */
    public long lastUsedMillis() throws IOException {
        return Files.getLastModifiedTime(seal()).toMillis();
    }

    /** Tells {@link #lastUsedMillis} that it is still needed. */
    public void touch(long nowMillis) throws IOException {
        Files.setLastModifiedTime(seal(), FileTime.fromMillis(nowMillis));
    }

    /** Does nothing when it is not there. */
    public void delete() throws IOException {
        Files.deleteIfExists(seal());
        new FileTree(path).delete();
    }

    private Path seal() {
        return path.resolveSibling(path.getFileName() + ".sealed");
    }

    private void writeSeal(String weight) throws IOException {
        Path written = path.resolveSibling(path.getFileName() + ".sealing");
        try (FileChannel channel = FileChannel.open(
                written, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            channel.write(StandardCharsets.UTF_8.encode(bootId() + " " + weight + "\n"));
            channel.force(false);
        }
        Files.move(written, seal(), StandardCopyOption.ATOMIC_MOVE);
    }

    private String weigh() throws IOException {
        long[] filesAndBytes = new long[2];
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                filesAndBytes[0]++;
                filesAndBytes[1] += attributes.isRegularFile() ? attributes.size() : 0;
                return FileVisitResult.CONTINUE;
            }
        });
        return filesAndBytes[0] + " " + filesAndBytes[1];
    }

    /**
     * Takes a folder over from the user that a build ran as. Links are left as they are and never followed; sockets, pipes
     * and devices are removed, and so are setuid bits.
     */
    private static void makeReadOnly(Path content) throws IOException {
        Object server = Files.getAttribute(OWN_PROCESS, "unix:uid");
        Object group = Files.getAttribute(OWN_PROCESS, "unix:gid");
        Files.walkFileTree(content, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                own(folder, server, group);
                Files.setPosixFilePermissions(folder, FOLDER);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isOther()) {
                    Files.delete(file);
                } else {
                    own(file, server, group);
                    if (attributes.isRegularFile()) {
                        Files.setPosixFilePermissions(file, Files.isExecutable(file) ? PROGRAM : FILE);
                    }
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void own(Path path, Object user, Object group) throws IOException {
        if (!Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS).equals(user)) {
            Files.setAttribute(path, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:gid", group, LinkOption.NOFOLLOW_LINKS);
        }
    }

    private static String bootId() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException notLinux) {
            return "unknown";
        }
    }
}
