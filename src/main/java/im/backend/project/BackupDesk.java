package im.backend.project;

import im.backend.domain.Caller;
import im.backend.problem.Problem;
import im.backend.store.StateBackup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Copies what can not be copied from outside while the server runs. The rest of the data folder is plain files: whoever
 * copies them after this has all that the copy names, because source and images are on the disk before the state names
 * them; but for projects that were deleted in between.
 */
public final class BackupDesk {
    private final StateBackup state;
    private final Path file;

    /** @param file of the copy; one that was there is replaced */
    public BackupDesk(StateBackup state, Path file) {
        this.state = state;
        this.file = file;
    }

    /** On this server's machine. */
    public record Copy(Path file, long bytes) {}

    /** Fails with Forbidden {@code forbidden}, and as {@link StateBackup#copyTo}. One at a time; the next one waits. */
    public synchronized Copy copy(Caller caller) {
        if (caller.role() != Caller.Role.ADMIN) {
            throw new Problem.Forbidden("forbidden", "Only an administrator may copy the server's state.")
                    .asException();
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            state.copyTo(file);
            return new Copy(file, Files.size(file));
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }
}
