package im.backend.store.sql;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.backend.file.PrivateFile;
import im.backend.secret.MasterKeyFile;
import im.backend.secret.SecretStoreContract;
import im.backend.store.Stores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Gives each test of a contract an empty database of one kind, and takes it away after the test. */
final class EmptyDatabase implements BeforeAllCallback, AfterEachCallback {
    private final Kind kind;
    private final List<Database> opened = new ArrayList<>();
    private final List<Path> folders = new ArrayList<>();
    private Optional<PrivatePostgres> postgres = Optional.empty();

    enum Kind {
        H2,
        POSTGRESQL
    }

    EmptyDatabase(Kind kind) {
        this.kind = kind;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        if (kind == Kind.POSTGRESQL) {
            Optional<Path> binaries = PrivatePostgres.binaries();
            assumeTrue(binaries.isPresent(), "PostgreSQL is not installed: neither initdb nor pg_ctl is found");
            Path found = binaries.orElseThrow();
            // One cluster for all test classes; JUnit closes what lies in its root store.
            postgres = Optional.of(context.getRoot()
                    .getStore(ExtensionContext.Namespace.create(PrivatePostgres.class))
                    .computeIfAbsent(found, PrivatePostgres::start, PrivatePostgres.class));
        }
    }

    Database open(Clock clock) {
        try {
            Database database = new Database(settings(), clock);
            database.start();
            opened.add(database);
            return database;
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    Stores stores(Clock clock) {
        return stores(open(clock), clock);
    }

    /** @param keys a folder for the key that seals them */
    SecretStoreContract.Opened secrets(Clock clock, Path keys) {
        Database database = open(clock);
        SqlSecretStore secrets = new SqlSecretStore(
                database, new MasterKeyFile(new PrivateFile(keys, "master.key"), new SecureRandom()), clock);
        secrets.start();
        return new SecretStoreContract.Opened(stores(database, clock), secrets);
    }

    private static Stores stores(Database database, Clock clock) {
        return new Stores(
                new SqlProjectStore(database, clock),
                new SqlReleaseStore(database),
                new SqlDeploymentLog(database, clock));
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        opened.forEach(Database::close);
        opened.clear();
        for (Path folder : folders) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.toList().reversed()) {
                    Files.delete(file);
                }
            }
        }
        folders.clear();
    }

    private DatabaseSettings settings() throws Exception {
        return switch (kind) {
            case H2 -> {
                Path folder = Files.createTempDirectory("backendim-h2");
                folders.add(folder);
                yield new DatabaseSettings.Embedded(folder);
            }
            case POSTGRESQL -> postgres.orElseThrow().create();
        };
    }
}
