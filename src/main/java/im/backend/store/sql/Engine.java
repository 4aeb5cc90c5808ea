package im.backend.store.sql;

import im.backend.problem.ProblemException;
import java.nio.file.Path;
import javax.sql.DataSource;

/** What H2 and PostgreSQL do not have in common: opening, and what it takes that a commit outlives a power cut. */
interface Engine extends AutoCloseable {
    /** Opens it, and makes it at the very first start. On failure nothing was changed, and there is nothing to close. */
    DataSource start();

    /** Whether tables must be there, because they were there before. */
    boolean established();

    /** Told once that the tables are there and good, so that a later loss is noticed. */
    void establish();

    /** Returns when all that this thread committed is on the disk. */
    void awaitDurable();

    /** Returns when all that this thread committed outlives a kill of the server, but perhaps not a power cut. */
    void awaitHandedOver();

    /** Fails with {@code storage-full} when a write could not be finished. */
    void requireRoom();

    /** How often the disk was told to flush; 0 when that is somebody else's work. */
    long flushes();

    /** As {@link im.backend.store.StateBackup#copyTo}. */
    void copyTo(Path file);

    /** Words a failure to read the tables at start. */
    ProblemException unreadable(String how);

    @Override
    void close();
}
