package im.backend.store.sql;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** PostgreSQL: its own commits are durable (synchronous_commit is on by default), and its disk is not ours to watch. */
final class ExternalEngine implements Engine {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final DatabaseSettings.External settings;
    private Optional<HikariDataSource> pool = Optional.empty();

    ExternalEngine(DatabaseSettings.External settings) {
        this.settings = settings;
    }

    @Override
    public DataSource start() {
        try {
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setURL(settings.url());
            source.setUser(settings.user());
            source.setPassword(settings.password());
            HikariDataSource opened = new PoolSettings(source).open();
            pool = Optional.of(opened);
            return opened;
        } catch (HikariPool.PoolInitializationException failure) {
            ProblemException unreadable = unreadable("no connection as user " + settings.user());
            unreadable.addSuppressed(failure);
            throw unreadable;
        }
    }

    @Override
    public boolean established() {
        return false;
    }

    @Override
    public void establish() {
        // The server's own backups watch over it.
    }

    @Override
    public void awaitDurable() {
        // The commit has done it.
    }

    @Override
    public void awaitHandedOver() {
        // The commit has done more than that.
    }

    @Override
    public void requireRoom() {
        // Its own commit fails when there is none.
    }

    @Override
    public long flushes() {
        return 0;
    }

    @Override
    public void copyTo(Path file) {
        throw new Problem.Conflict(
                        "state-elsewhere",
                        "The state is kept at " + settings.url()
                                + ", so it is not copied here. Back it up there, as with pg_dump.")
                .asException();
    }

    @Override
    public ProblemException unreadable(String how) {
        return new Problem.Unavailable(
                        "database-unavailable",
                        "The database " + settings.url() + " cannot be used: " + how
                                + ". Check its address, user and password, and that it runs.",
                        RETRY_AFTER)
                .asException();
    }

    @Override
    public void close() {
        pool.ifPresent(HikariDataSource::close);
        pool = Optional.empty();
    }
}
