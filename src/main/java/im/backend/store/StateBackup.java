package im.backend.store;

import java.nio.file.Path;

/** Copies the state while it is in use. */
public interface StateBackup {
    /**
     * Writes all that was acknowledged before this call to one file, of one moment, replacing an older one. Such a file in
     * the place of the state's own is what a server starts with.
     *
     * @throws im.backend.problem.ProblemException Conflict {@code state-elsewhere} when another server keeps the state, and
     *     so its backups; {@code storage-full}
     */
    void copyTo(Path file);
}
