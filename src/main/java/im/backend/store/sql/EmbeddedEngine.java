package im.backend.store.sql;

import com.zaxxer.hikari.HikariDataSource;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.zip.ZipInputStream;
import javax.sql.DataSource;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.jdbcx.JdbcDataSource;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;

/** H2 in one file, with a {@link StateMark} beside it. */
final class EmbeddedEngine implements Engine {
    private static final String OPTIONS = ";MODE=PostgreSQL"
            // A commit stays in memory until a flush writes what all commits before it have changed (docs/adr/0028).
            + ";WRITE_DELAY=1000"
            // We close it ourselves, after those who still write.
            + ";DB_CLOSE_ON_EXIT=FALSE"
            // An end takes so long only when there is that much to give back to the disk.
            + ";MAX_COMPACT_TIME=10000"
            + ";LOCK_TIMEOUT=10000"
            + ";CACHE_SIZE=16384"
            // Per connection, where H2 keeps 8: all statements of the stores fit in, so that each is planned once.
            + ";QUERY_CACHE_SIZE=128"
            + ";TRACE_LEVEL_FILE=0";

    private final Path folder;
    private final Path file;
    private final StateMark mark;
    private final long freeBytesMin;
    private final GroupSync handOver = new GroupSync(this::handOver);
    private final GroupSync force = new GroupSync(this::force);
    private Optional<Opened> opened = Optional.empty();
    /** Whether its tables were found good since it was opened, so that closing may vouch for the file. */
    private boolean sound;

    /** @param keeper keeps the database open, and shuts it down */
    private record Opened(Connection keeper, MVStore store, HikariDataSource pool) {}

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
            Connection keeper =
                    source(left.isPresent() ? url + ";IFEXISTS=TRUE" : url).getConnection();
            HikariDataSource pool = new PoolSettings(source(url)).open();
            opened = Optional.of(new Opened(keeper, store(keeper), pool));
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
        force.await();
    }

    @Override
    public void awaitHandedOver() {
        handOver.await();
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
        return force.flushes();
    }

    /** H2 copies a moment of the file while others write; it packs the copy, which is unpacked again here. */
    @Override
    public void copyTo(Path target) {
        requireRoom();
        awaitDurable();
        Path packed = target.resolveSibling(target.getFileName() + ".zip");
        try (Connection connection = opened.orElseThrow().pool().getConnection();
                PreparedStatement backup = connection.prepareStatement("BACKUP TO ?")) {
            backup.setString(1, packed.toString());
            backup.execute();
            try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(packed))) {
                zip.getNextEntry();
                Files.copy(zip, target, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.delete(packed);
            }
        } catch (SQLException failure) {
            throw new SqlFailure(failure).asException();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
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
            try (Connection keeper = open.keeper();
                    Statement statement = keeper.createStatement()) {
                long version = open.store().getCurrentVersion();
                statement.execute("SHUTDOWN");
                if (sound) {
                    mark.write(mark.closed(version));
                }
            } catch (SQLException failure) {
                throw new SqlFailure(failure).asException();
            }
        });
    }

    private void force() {
        long version = handOver();
        try {
            opened.orElseThrow().store().sync();
        } catch (MVStoreException failure) {
            throw new SqlFailure(new SQLException(failure)).asException();
        }
        mark.write(new StateMark.State.Open(version));
    }

    /** Writes what was committed to the operating system, and returns the number of that state. */
    private long handOver() {
        MVStore store = opened.orElseThrow().store();
        long[] version = {0};
        try {
            store.commit();
            // H2 may be writing a part of it behind the scenes: this runs when it has.
            store.executeFilestoreOperation(() -> version[0] = store.getCurrentVersion());
        } catch (MVStoreException failure) {
            throw new SqlFailure(new SQLException(failure)).asException();
        }
        return version[0];
    }

    /** The layer of H2 that writes the file; its SQL for a flush counts all pieces of the file each time. */
    private static MVStore store(Connection connection) throws SQLException {
        return ((SessionLocal) connection.unwrap(JdbcConnection.class).getSession())
                .getDatabase()
                .getStore()
                .getMvStore();
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
