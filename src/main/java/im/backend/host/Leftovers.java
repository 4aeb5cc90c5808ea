package im.backend.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds what is left of a program whose first process is gone: by the lock that its sandbox holds, and by the marker in
 * the environment of its processes.
 */
final class Leftovers {
    private final Path locks;
    private final Marker marker;
    private final UnsandboxedPlace copies;

    Leftovers(Path locks, Marker marker, UnsandboxedPlace copies) {
        this.copies = copies;
        this.locks = locks;
        this.marker = marker;
    }

    Marker marker() {
        return marker;
    }

    Path makeLock(String id) throws IOException {
        Path lock = locks.resolve(id);
        if (!Files.exists(lock)) {
            Files.createFile(lock);
        }
        return lock;
    }

    /** The sandbox holds it from its start to its end, whatever happens to its monitor or to the server. */
    boolean lockHeld(String id) {
        try (FileChannel channel = FileChannel.open(locks.resolve(id), StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock == null;
        } catch (NoSuchFileException | OverlappingFileLockException neverHeld) {
            return false;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The files that were made for it. */
    void remove(String id) {
        try {
            Files.deleteIfExists(locks.resolve(id));
            copies.remove(id);
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    /** Files that were made for launches which are not among the known ones. */
    void removeAllBut(Collection<String> knownIds) throws IOException {
        for (Path folder : List.of(locks, copies.folder())) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.list(folder)) {
                    files.map(file -> file.getFileName().toString())
                            .filter(id -> !knownIds.contains(id))
                            .forEach(this::remove);
                }
            }
        }
    }

    Set<Long> marked(String id) {
        return marker.sweep().entrySet().stream()
                .filter(entry -> entry.getValue().equals(id))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }
}
