package im.backend.store.sql;

import com.zaxxer.hikari.HikariDataSource;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * H2 in one file. Beside the file lies a mark that it was once made: H2 takes a missing or an emptied file for a new
 * database, and a server that starts empty on a damaged disk is worse than one that does not start.
 */
final class EmbeddedEngine implements Engine {
    /** Two header blocks and the first chunk; whatever is shorter never held a table. */
    private static final long LENGTH_MIN = 3L * 4096;

    private static final String OPTIONS = ";MODE=PostgreSQL"
            // Each commit reaches the operating system, so that kill -9 loses nothing (docs/adr/0012).
            + ";WRITE_DELAY=0"
            // We close it ourselves, after those who still write.
            + ";DB_CLOSE_ON_EXIT=FALSE"
            + ";LOCK_TIMEOUT=10000"
            + ";CACHE_SIZE=16384"
            + ";TRACE_LEVEL_FILE=0";

    private final Path folder;
    private final Path file;
    private final Path mark;
    private final long freeBytesMin;
    private final GroupSync sync = new GroupSync(this::checkpoint);
    private Optional<Opened> opened = Optional.empty();

    /** @param checkpoints of its own, so that a flush never waits for the pool; it also keeps the database open */
    private record Opened(Connection checkpoints, HikariDataSource pool) {}

    EmbeddedEngine(DatabaseSettings.Embedded settings) {
        this.folder = settings.folder().toAbsolutePath();
        this.file = folder.resolve("state.mv.db");
        this.mark = folder.resolve("state.created");
        this.freeBytesMin = settings.freeBytesMin();
    }

    @Override
    public DataSource start() {
        String name = file.toString();
        String url = "jdbc:h2:file:" + name.substring(0, name.length() - ".mv.db".length()) + OPTIONS;
        try {
            Files.createDirectories(folder);
            if (established() && (!Files.exists(file) || Files.size(file) < LENGTH_MIN)) {
                throw unreadable("it is missing or was emptied");
            }
            Connection checkpoints = DriverManager.getConnection(established() ? url + ";IFEXISTS=TRUE" : url);
            HikariDataSource pool = new PoolSettings(url, "", "").open();
            opened = Optional.of(new Opened(checkpoints, pool));
            return pool;
        } catch (SQLException failure) {
            throw refused(failure);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public boolean established() {
        return Files.exists(mark);
    }

    @Override
    public void establish() {
        if (established()) {
            return;
        }
        awaitDurable();
        try (FileChannel channel = FileChannel.open(mark, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileChannel entries = FileChannel.open(folder)) {
            channel.force(true);
            entries.force(true);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void awaitDurable() {
        sync.await();
    }

    @Override
    public void requireRoom() {
        if (folder.toFile().getUsableSpace() < freeBytesMin) {
            throw new Problem.StorageFull("The disk of the server has less than " + (freeBytesMin >> 20)
                            + " MiB left, so nothing is written until there is more. Free some space.")
                    .asException();
        }
    }

    @Override
    public long flushes() {
        return sync.flushes();
    }

    @Override
    public ProblemException unreadable(String how) {
        return new Problem.Conflict(
                        "database-damaged",
                        "The database " + file + " cannot be used: " + how
                                + ". Nothing was repaired or begun anew. Put back the folder " + folder
                                + " from a backup; to begin anew, move it away.")
                .asException();
    }

    @Override
    public void close() {
        opened.ifPresent(open -> {
            open.pool().close();
            try {
                open.checkpoints().close();
            } catch (SQLException failure) {
                throw new SqlFailure(failure).asException();
            }
        });
        opened = Optional.empty();
    }

    private void checkpoint() {
        try (Statement statement = opened.orElseThrow().checkpoints().createStatement()) {
            statement.execute("CHECKPOINT SYNC");
        } catch (SQLException failure) {
            throw new SqlFailure(failure).asException();
        }
    }

    private ProblemException refused(SQLException failure) {
        SqlFailure known = new SqlFailure(failure);
        if (known.alreadyOpen()) {
            return new Problem.Conflict(
                            "database-locked",
                            "The database " + file + " is in use by another process. Stop the other server first, or"
                                    + " give this one a folder of its own with --data.")
                    .asException(failure);
        }
        if (known.diskFull()) {
            return known.asException();
        }
        ProblemException damaged =
                unreadable("its content is not what was written (H2 error " + failure.getErrorCode() + ")");
        damaged.addSuppressed(failure);
        return damaged;
    }
}
