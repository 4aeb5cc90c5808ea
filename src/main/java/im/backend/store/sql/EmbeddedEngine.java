package im.backend.store.sql;

import com.zaxxer.hikari.HikariDataSource;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;

/** H2 in one file, with a {@link StateMark} beside it. */
final class EmbeddedEngine implements Engine {
    private static final String OPTIONS = ";MODE=PostgreSQL"
            // Each commit reaches the operating system, so that kill -9 loses nothing (docs/adr/0012).
            + ";WRITE_DELAY=0"
            // We close it ourselves, after those who still write.
            + ";DB_CLOSE_ON_EXIT=FALSE"
            + ";LOCK_TIMEOUT=10000"
            + ";CACHE_SIZE=16384"
            // Per connection, where H2 keeps 8: all statements of the stores fit in, so that each is planned once.
            + ";QUERY_CACHE_SIZE=128"
            + ";TRACE_LEVEL_FILE=0";

    private final Path folder;
    private final Path file;
    private final StateMark mark;
    private final long freeBytesMin;
    private final GroupSync sync = new GroupSync(this::checkpoint);
    private Optional<Opened> opened = Optional.empty();
    /** Whether its tables were found good since it was opened, so that closing may vouch for the file. */
    private boolean sound;

    /** @param checkpoints of its own, so that a flush never waits for the pool; it also keeps the database open */
    private record Opened(Connection checkpoints, HikariDataSource pool) {}

    EmbeddedEngine(DatabaseSettings.Embedded settings) {
        this.folder = settings.folder().toAbsolutePath();
        this.file = folder.resolve("state.mv.db");
        this.mark = new StateMark(file, folder.resolve("state.mark"));
        this.freeBytesMin = settings.freeBytesMin();
    }

    @Override
    public DataSource start() {
        String name = file.toString();
        String url = "jdbc:h2:file:" + name.substring(0, name.length() - ".mv.db".length()) + OPTIONS;
        try {
            Files.createDirectories(folder);
            Optional<StateMark.State> left = mark.read();
            left.ifPresent(state -> {
                requireAsLeft(state);
                // From here on H2 writes, whatever comes of this start.
                mark.writeFirst(new StateMark.State.Open(state.version()));
            });
            Connection checkpoints =
                    source(left.isPresent() ? url + ";IFEXISTS=TRUE" : url).getConnection();
            HikariDataSource pool = new PoolSettings(source(url)).open();
            opened = Optional.of(new Opened(checkpoints, pool));
            return pool;
        } catch (SQLException failure) {
            throw refused(failure);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Not through DriverManager, which would load the driver of PostgreSQL too at each start. */
    private static DataSource source(String url) {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL(url);
        return source;
    }

    @Override
    public boolean established() {
        return mark.read().isPresent();
    }

    @Override
    public void establish() {
        awaitDurable();
        sound = true;
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
        Optional<Opened> last = opened;
        opened = Optional.empty();
        last.ifPresent(open -> {
            open.pool().close();
            try (Connection checkpoints = open.checkpoints();
                    Statement statement = checkpoints.createStatement()) {
                long version = version(statement);
                statement.execute("SHUTDOWN");
                if (sound) {
                    mark.write(mark.closed(version));
                }
            } catch (SQLException failure) {
                throw new SqlFailure(failure).asException();
            }
        });
    }

    private void checkpoint() {
        // Read first: whatever has this version was handed over before the flush and is on the disk after it.
        try (Statement statement = opened.orElseThrow().checkpoints().createStatement()) {
            long version = version(statement);
            statement.execute("CHECKPOINT SYNC");
            mark.write(new StateMark.State.Open(version));
        } catch (SQLException failure) {
            throw new SqlFailure(failure).asException();
        }
    }

    private static long version(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("""
            SELECT setting_value FROM information_schema.settings
            WHERE setting_name = 'info.CURRENT_VERSION'\
            """)) {
            row.next();
            return row.getLong("setting_value");
        }
    }

    /** Looks without writing: H2 itself would begin to mend. */
    private void requireAsLeft(StateMark.State left) {
        if (!Files.exists(file)) {
            throw unreadable("it is missing");
        }
        switch (left) {
            case StateMark.State.Closed closed -> {
                if (!mark.closed(closed.version()).equals(closed)) {
                    throw unreadable("it is not as the server left it, so it was damaged or replaced");
                }
            }
            case StateMark.State.Open(long version) -> {
                if (storedVersion() < version) {
                    throw unreadable("its last writes are missing, so it was cut off or replaced by an older one");
                }
            }
        }
    }

    private long storedVersion() {
        try (MVStore store =
                new MVStore.Builder().fileName(file.toString()).readOnly().open()) {
            return store.getCurrentVersion();
        } catch (MVStoreException failure) {
            if (failure.getErrorCode() == DataUtils.ERROR_FILE_LOCKED) {
                throw locked(failure);
            }
            ProblemException damaged = unreadable("its content is not what was written");
            damaged.addSuppressed(failure);
            throw damaged;
        }
    }

    private ProblemException refused(SQLException failure) {
        SqlFailure known = new SqlFailure(failure);
        if (known.alreadyOpen()) {
            return locked(failure);
        }
        if (known.diskFull()) {
            return known.asException();
        }
        ProblemException damaged =
                unreadable("its content is not what was written (H2 error " + failure.getErrorCode() + ")");
        damaged.addSuppressed(failure);
        return damaged;
    }

    private ProblemException locked(Exception cause) {
        return new Problem.Conflict(
                        "database-locked",
                        "The database " + file + " is in use by another process. Stop the other server first, or"
                                + " give this one a folder of its own with --data.")
                .asException(cause);
    }
}
