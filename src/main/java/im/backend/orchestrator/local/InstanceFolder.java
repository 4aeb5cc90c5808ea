package im.backend.orchestrator.local;

import im.backend.file.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** {@code instances/{release}/{id}/}: what is remembered of one instance, and what it wrote. */
record InstanceFolder(Path path) {
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
