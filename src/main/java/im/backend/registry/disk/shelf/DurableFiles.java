package im.backend.registry.disk.shelf;

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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Files that are whole or absent: written beside, forced, and renamed into place. A folder's new names are forced by
 * {@link #sync} and not one by one, since several of a push are mostly in the same few folders.
 */
public final class DurableFiles {
    private final Path root;
    private final Path unfinished;
    private final Clock clock;
    /** Folders with names that may not be on the disk yet. */
    private final Set<Path> renamedIn = ConcurrentHashMap.newKeySet();
    /** Folders in which a name is being made right now: whoever sees it already may rely on it only when this is forced too. */
    private final Map<Path, Integer> renaming = new ConcurrentHashMap<>();
    /** Folders forced since the start. In others there may be names that an earlier server made and did not live to force. */
    private final Set<Path> forced = ConcurrentHashMap.newKeySet();

    private final Object forcing = new Object();

    /** @param unfinished beside or above all targets, on their file system */
    public DurableFiles(Path unfinished, Clock clock) {
        this.root = folderOf(unfinished);
        this.unfinished = unfinished;
        this.clock = clock;
    }

    Clock clock() {
        return clock;
    }

    /** Makes the folder for unfinished files, and empties it of what an earlier server left. */
    public void start() throws IOException {
        Files.createDirectories(unfinished);
        for (Path left : list(unfinished)) {
            Files.deleteIfExists(left);
        }
    }

    public Path newTemporary() throws IOException {
        return Files.createTempFile(unfinished, "new", "");
    }

    /** The file, forced before, has its name from now on; an earlier one of that name is replaced. */
    void publish(Path temporary, Path target) throws IOException {
        Path folder = folderOf(target);
        name(folder, () -> {
            try {
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (NoSuchFileException noFolder) {
                makeFolder(folder);
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            }
        });
        touch(target);
    }

    public void write(Path target, String content) throws IOException {
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
    public void mark(Path target) throws IOException {
        Path folder = folderOf(target);
        if (Files.exists(target)) {
            renew(target);
            return;
        }
        name(folder, () -> {
            try {
                Files.createFile(target);
            } catch (NoSuchFileException noFolder) {
                makeFolder(folder);
                Files.createFile(target);
            } catch (FileAlreadyExistsException asBefore) {
                // Another thread was faster, and may not have forced it yet.
            }
        });
        touch(target);
    }

    /** By our clock: the kernel's own times lag by some milliseconds behind it. */
    public void touch(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
    }

    /** A file that is there is young again, and the next {@link #sync} answers for its name too, whoever made it. */
    public void renew(Path file) throws IOException {
        touch(file);
        Path folder = folderOf(file);
        if (!forced.contains(folder)) {
            renamedIn.add(folder);
        }
    }

    public boolean delete(Path file) throws IOException {
        boolean deleted = Files.deleteIfExists(file);
        if (deleted) {
            renamedIn.add(folderOf(file));
        }
        return deleted;
    }

    /**
     * Returns when each name given before this call is on the disk, whoever forced it.
     *
     * @return folders that had to be forced for it
     */
    public int sync() throws IOException {
        synchronized (forcing) {
            Set<Path> folders = new HashSet<>(renaming.keySet());
            folders.addAll(renamedIn);
            int count = 0;
            for (Path folder : folders) {
                if (renamedIn.contains(folder) || renaming.containsKey(folder)) {
                    count += force(folder);
                }
            }
            return count;
        }
    }

    /** With the folders above it, the first time: their names too may be younger than what is on the disk. */
    private int force(Path folder) throws IOException {
        renamedIn.remove(folder);
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (NoSuchFileException removedMeanwhile) {
            // An empty folder that a collection took away has no names to lose.
            return 0;
        } catch (IOException failed) {
            renamedIn.add(folder);
            throw failed;
        }
        forced.add(folder);
        return folder.equals(root) || forced.contains(folderOf(folder)) ? 1 : 1 + force(folderOf(folder));
    }

    public static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** What is in a folder, in the order of the names; nothing when it is not there. */
    public static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (NoSuchFileException none) {
            return List.of();
        }
    }

    private interface Naming {
        void run() throws IOException;
    }

    private void name(Path folder, Naming naming) throws IOException {
        renaming.merge(folder, 1, Integer::sum);
        try {
            naming.run();
            renamedIn.add(folder);
        } finally {
            renaming.computeIfPresent(folder, (same, count) -> count == 1 ? null : count - 1);
        }
    }

    private void makeFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path parent = folderOf(folder);
        makeFolder(parent);
        name(parent, () -> Files.createDirectories(folder));
    }

    private static Path folderOf(Path file) {
        return Objects.requireNonNull(file.getParent(), "all is below the registry's folder");
    }
}
