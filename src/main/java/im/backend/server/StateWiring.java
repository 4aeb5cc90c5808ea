package im.backend.server;

import im.backend.config.ServerConfig;
import im.backend.deploy.ports.Ports;
import im.backend.file.PrivateFile;
import im.backend.problem.Problem;
import im.backend.secret.MasterKeyFile;
import im.backend.server.metrics.MeteredDeploymentLog;
import im.backend.server.metrics.Metrics;
import im.backend.store.sql.Database;
import im.backend.store.sql.DatabaseSettings;
import im.backend.store.sql.SqlDeploymentLog;
import im.backend.store.sql.SqlProjectStore;
import im.backend.store.sql.SqlReleaseStore;
import im.backend.store.sql.SqlSecretStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Objects;

/** The part of {@link Wiring} that keeps what must survive: the database, and the secrets sealed in it. */
final class StateWiring {
    private final ServerConfig config;
    private final DataFolder data;
    private final Clock clock;
    private final Closing closing;
    private final SecureRandom random = new SecureRandom();

    StateWiring(ServerConfig config, DataFolder data, Clock clock, Closing closing) {
        this.config = config;
        this.data = data;
        this.clock = clock;
        this.closing = closing;
    }

    Database database() {
        Database database = new Database(databaseSettings(), clock);
        database.start();
        closing.add("database", database);
        return database;
    }

    private DatabaseSettings databaseSettings() {
        ServerConfig.State state = config.state();
        return state.url()
                .<DatabaseSettings>map(url -> new DatabaseSettings.External(
                        url,
                        state.user().orElse(""),
                        state.passwordFile().map(StateWiring::passwordIn).orElse("")))
                .orElseGet(() -> new DatabaseSettings.Embedded(data.resolve("db")));
    }

    private static String passwordIn(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException unreadable) {
            throw new Problem.Conflict(
                            "password-file-unreadable",
                            "The file of database.password-file, " + file
                                    + ", can not be read. Make it, or give the server's user the right to.")
                    .asException(unreadable);
        }
    }

    Ports.Stores stores(Database database, Metrics metrics) {
        return new Ports.Stores(
                new SqlProjectStore(database, clock),
                new SqlReleaseStore(database),
                new MeteredDeploymentLog(new SqlDeploymentLog(database, clock), metrics));
    }

    SqlSecretStore secrets(Database database) {
        PrivateFile file = config.keys()
                .masterKeyFile()
                .map(StateWiring::privateFile)
                .orElse(new PrivateFile(data.resolve(Wiring.KEYS), "master.key"));
        SqlSecretStore secrets = new SqlSecretStore(database, new MasterKeyFile(file, random), clock);
        secrets.start();
        return secrets;
    }

    private static PrivateFile privateFile(Path path) {
        Path file = path.toAbsolutePath();
        return new PrivateFile(
                Objects.requireNonNull(file.getParent(), "a file has a folder"),
                file.getFileName().toString());
    }
}
