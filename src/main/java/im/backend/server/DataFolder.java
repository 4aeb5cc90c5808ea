package im.backend.server;

import im.backend.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** The one folder with everything that must survive, held by one server at a time. */
final class DataFolder implements AutoCloseable {
    /** Of the problem when another server has it. */
    static final String IN_USE = "data-folder-in-use";

    private static final String LOCK = "lock";

    private final Path path;
    private Optional<FileChannel> lock = Optional.empty();

    DataFolder(Path path) {
        this.path = path.toAbsolutePath().normalize();
    }

    /**
     * Makes the folder and takes its lock, which the operating system frees however this process ends. Fails with Conflict
     * {@code data-folder-in-use}, which names the other server, or {@code data-folder-unusable}.
     */
    void start() {
        try {
            Files.createDirectories(path);
            if (Files.getFileStore(path).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(rights()));
            }
            FileChannel channel = FileChannel.open(
                    path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!tryLock(channel)) {
                String holder = read(channel);
                channel.close();
                throw new Problem.Conflict(
                                IN_USE,
                                "The data folder " + path + " is in use by the server with process id " + holder
                                        + ". Stop that one, or start this one with another --data folder.")
                        .asException();
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(
                    String.valueOf(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            lock = Optional.of(channel);
        } catch (IOException e) {
            throw new Problem.Conflict(
                            "data-folder-unusable",
                            "The data folder " + path + " can not be written (" + e.getMessage()
                                    + "). Give this user the right to, or choose another one with --data.")
                    .asException(e);
        }
    }

    /** Only a server of root's gives its apps users of their own, and they have to get through to their volumes. */
    private String rights() throws IOException {
        return Files.getOwner(path).getName().equals("root") ? "rwx--x--x" : "rwx------";
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock taken = channel.tryLock();
            return taken != null;
        } catch (OverlappingFileLockException thisProcessHasIt) {
            return false;
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(20);
        channel.read(text, 0);
        String pid = StandardCharsets.US_ASCII.decode(text.flip()).toString();
        return pid.isBlank() ? "unknown" : pid;
    }

    Path path() {
        return path;
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    @Override
    public void close() {
        lock.ifPresent(channel -> {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        lock = Optional.empty();
    }
}
