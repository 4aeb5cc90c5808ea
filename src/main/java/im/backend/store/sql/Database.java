package im.backend.store.sql;

import im.backend.problem.ProblemException;
import im.backend.store.StateBackup;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.TemplateEngine;

/**
 * The one database: opened, migrated and closed here. The stores of this package run their SQL through {@link #read},
 * {@link #write} and {@link #writeLazily}. Safe for several threads.
 */
public final class Database implements StateBackup, AutoCloseable {
    private final Engine engine;
    private final Migrations migrations;
    private Optional<Jdbi> jdbi = Optional.empty();

    public Database(DatabaseSettings settings, Clock clock) {
        this(settings, clock, Migrations.bundled());
    }

    Database(DatabaseSettings settings, Clock clock, List<Migrations.Script> scripts) {
        this.engine = switch (settings) {
            case DatabaseSettings.Embedded embedded -> new EmbeddedEngine(embedded);
            case DatabaseSettings.External external -> new ExternalEngine(external);
        };
        this.migrations = new Migrations(scripts, clock);
    }

    /**
     * Fails with Conflict {@code database-locked}, {@code database-damaged}, {@code database-newer} or
     * {@code database-changed}; nothing was changed then.
     */
    public void start() {
        Jdbi opened = Jdbi.create(engine.start());
        // The statements are constants, with nothing to be filled in but their parameters.
        opened.getConfig(SqlStatements.class)
                .setTemplateEngine(TemplateEngine.NOP)
                .setSqlParser(new NamedParameters());
        try {
            opened.useHandle(handle -> {
                if (engine.established() && !Migrations.established(handle)) {
                    throw engine.unreadable("it has no tables");
                }
                migrations.apply(handle);
            });
            engine.establish();
        } catch (ProblemException refused) {
            engine.close();
            throw refused;
        } catch (RuntimeException failure) {
            ProblemException refused = SqlFailure.in(failure)
                    .filter(SqlFailure::diskFull)
                    .map(SqlFailure::asException)
                    .orElseGet(() -> engine.unreadable("its tables cannot be read"));
            refused.addSuppressed(failure);
            engine.close();
            throw refused;
        }
        jdbi = Optional.of(opened);
    }

    /** Waits for nobody: who writes at this moment gets a failure and was not acknowledged. */
    @Override
    public void close() {
        jdbi = Optional.empty();
        engine.close();
    }

    @Override
    public void copyTo(Path file) {
        engine.copyTo(file);
    }

    /** How often the disk was flushed since the start; far below the number of writes when many write at once. */
    public long flushes() {
        return engine.flushes();
    }

    <T> T read(Function<Handle, T> work) {
        try {
            return jdbi().withHandle(work::apply);
        } catch (JdbiException failure) {
            throw translated(failure);
        }
    }

    /** One transaction, on the disk (fsync) when this returns. */
    <T> T write(Function<Handle, T> work) {
        T result = commit(work);
        engine.awaitDurable();
        return result;
    }

    void change(Consumer<Handle> work) {
        write(handle -> {
            work.accept(handle);
            return true;
        });
    }

    /** One transaction that outlives kill -9, and a power cut only when a later {@link #write} has returned. */
    <T> T writeLazily(Function<Handle, T> work) {
        T result = commit(work);
        engine.awaitHandedOver();
        return result;
    }

    private <T> T commit(Function<Handle, T> work) {
        engine.requireRoom();
        try {
            return jdbi().inTransaction(work::apply);
        } catch (JdbiException failure) {
            throw translated(failure);
        }
    }

    private Jdbi jdbi() {
        return jdbi.orElseThrow(() -> new IllegalStateException("the database is not open"));
    }

    private static RuntimeException translated(JdbiException failure) {
        return SqlFailure.in(failure)
                .<RuntimeException>map(SqlFailure::asException)
                .orElse(failure);
    }
}
