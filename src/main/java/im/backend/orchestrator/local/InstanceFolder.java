package im.backend.orchestrator.local;

import im.backend.file.FileTree;
import im.backend.orchestrator.ScheduledWorkload;
import im.backend.orchestrator.log.InstanceId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code instances/{release}/{id}/}: what is remembered of one instance, and what it wrote. */
record InstanceFolder(Path path) {
    /** All below the folder of instances: one for each release, and in it one for each of its instances. */
    static List<InstanceFolder> in(Path instances) {
        if (!Files.isDirectory(instances)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(instances, 2)) {
            return files.map(InstanceFolder::new)
                    .filter(folder -> folder.id().isPresent())
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Those that a server left behind which was killed before it had filled or removed them. */
    static void deleteEmptyReleases(Path instances) {
        if (!Files.isDirectory(instances)) {
            return;
        }
        try (DirectoryStream<Path> releases = Files.newDirectoryStream(instances, Files::isDirectory)) {
            for (Path release : releases) {
                try {
                    Files.delete(release);
                } catch (DirectoryNotEmptyException inUse) {
                    continue;
                }
            }
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    Optional<InstanceId> id() {
        return InstanceId.parse(path.getFileName().toString());
    }

    /** Whether it belongs to a run of a scheduled command. */
    boolean isScheduled() {
        return id().filter(id -> ScheduledWorkload.isScheduled(id.key())).isPresent();
    }

    /** When the program was started that {@link #read} tells of. */
    Instant startedAt() {
        try {
            return Files.getLastModifiedTime(path.resolve("state")).toInstant();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    Path output() {
        return path.resolve("output.log");
    }

    /** How far {@link #output} has been taken over into the project's log. */
    Path progress() {
        return path.resolve("progress");
    }

    void create() {
        try {
            Files.createDirectories(path);
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    /** Whole or not at all. Not forced to the disk: after a loss of power nothing runs that it could describe. */
    void write(InstanceState state) {
        Path written = path.resolve("state.new");
        try {
            Files.write(written, state.toLines());
            Files.move(written, path.resolve("state"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    Optional<InstanceState> read() {
        try {
            return InstanceState.fromLines(Files.readAllLines(path.resolve("state")));
        } catch (NoSuchFileException neverStarted) {
            return Optional.empty();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    void delete() {
        try {
            new FileTree(path).delete();
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }
}
