package im.backend.registry.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Files that are whole or absent: written beside, forced, and renamed into place. A folder's new names are forced by
 * {@link #sync} and not one by one, since several of a push are mostly in the same few folders.
 */
final class DurableFiles {
    private final Path unfinished;
    private final Clock clock;
    private final Set<Path> renamedIn = ConcurrentHashMap.newKeySet();
    private final Object forcing = new Object();

    /** @param unfinished on the file system of all targets */
    DurableFiles(Path unfinished, Clock clock) {
        this.unfinished = unfinished;
        this.clock = clock;
    }

    /** Makes the folder for unfinished files, and empties it of what an earlier server left. */
    void start() throws IOException {
        Files.createDirectories(unfinished);
        for (Path left : list(unfinished)) {
            Files.deleteIfExists(left);
        }
    }

    Path newTemporary() throws IOException {
        return Files.createTempFile(unfinished, "new", "");
    }

    /** The file, forced before, has its name from now on; an earlier one of that name is replaced. */
    void publish(Path temporary, Path target) throws IOException {
        Path folder = folderOf(target);
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException noFolder) {
            makeFolder(folder);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        }
        touch(target);
        renamedIn.add(folder);
    }

    void write(Path target, String content) throws IOException {
        Path temporary = newTemporary();
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                writeAll(channel, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
                channel.force(false);
            }
            publish(temporary, target);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** An empty file needs no rename to be whole. One that is there is young again. */
    void mark(Path target) throws IOException {
        Path folder = folderOf(target);
        try {
            Files.createFile(target);
        } catch (NoSuchFileException noFolder) {
            makeFolder(folder);
            Files.createFile(target);
        } catch (FileAlreadyExistsException asBefore) {
            // Its name may be on its way to the disk in another thread: forced again below.
        }
        touch(target);
        renamedIn.add(folder);
    }

    /** By our clock: the kernel's own times lag by some milliseconds behind it. */
    void touch(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
    }

    /** A file that is there is young again, and its name is among those to be forced: another thread may have made it just now. */
    void renew(Path file) throws IOException {
        touch(file);
        renamedIn.add(folderOf(file));
    }

    boolean delete(Path file) throws IOException {
        boolean deleted = Files.deleteIfExists(file);
        if (deleted) {
            renamedIn.add(folderOf(file));
        }
        return deleted;
    }

    /** Returns when each name given before this call is on the disk, whoever forced it. */
    void sync() throws IOException {
        synchronized (forcing) {
            for (Path folder : List.copyOf(renamedIn)) {
                renamedIn.remove(folder);
                try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                    channel.force(true);
                } catch (NoSuchFileException removedMeanwhile) {
                    // An empty folder that a collection took away has no names to lose.
                }
            }
        }
    }

    static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** What is in a folder, in the order of the names; nothing when it is not there. */
    static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (NoSuchFileException none) {
            return List.of();
        }
    }

    private void makeFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path parent = folderOf(folder);
        makeFolder(parent);
        Files.createDirectories(folder);
        renamedIn.add(parent);
    }

    private static Path folderOf(Path file) {
        return Objects.requireNonNull(file.getParent(), "all is below the registry's folder");
    }
}
