package im.backend.store.sql;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.LoggedEvent;
import im.backend.domain.ProjectId;
import im.backend.domain.SecretName;
import im.backend.domain.SecretValue;
import im.backend.file.PrivateFile;
import im.backend.secret.MasterKeyFile;
import im.backend.store.StoreSamples;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Writes to the real database until it is killed, and prints each write after it was acknowledged: {@code event ID
 * SEQUENCE} and {@code secret NAME VERSION}.
 */
final class CrashWriter {
    static final ProjectId PROJECT = StoreSamples.SHOP;
    private static final int WRITERS = 3;

    private CrashWriter() {}

    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        Clock clock = Clock.systemUTC();
        Database database = new Database(new DatabaseSettings.Embedded(folder.resolve("db")), clock);
        database.start();
        SqlSecretStore secrets = secrets(folder, database);
        SqlProjectStore projects = new SqlProjectStore(database, clock);
        if (projects.find(PROJECT).isEmpty()) {
            projects.create(PROJECT);
        }
        SqlDeploymentLog log = new SqlDeploymentLog(database, clock);
        for (int i = 0; i < WRITERS; i++) {
            SecretName name = new SecretName("secret_" + i);
            Thread.ofPlatform().start(() -> {
                while (true) {
                    deploy(log);
                    int version = secrets.put(PROJECT, name, new SecretValue("value of " + name));
                    System.out.println("secret " + name + " " + version);
                }
            });
        }
    }

    static SqlSecretStore secrets(Path folder, Database database) {
        SqlSecretStore secrets = new SqlSecretStore(
                database,
                new MasterKeyFile(new PrivateFile(folder.resolve("keys"), "master.key"), new SecureRandom()),
                Clock.systemUTC());
        secrets.start();
        return secrets;
    }

    private static void deploy(SqlDeploymentLog log) {
        Deployment opened =
                log.open(StoreSamples.deployment(PROJECT, Instant.now()), StoreSamples.QUEUED, Optional.empty());
        System.out.println("event " + opened.id() + " " + opened.lastSequence());
        for (DeploymentEvent event : List.of(new DeploymentEvent.Output(List.of("a line")), StoreSamples.failed())) {
            LoggedEvent logged = log.append(opened.id(), event);
            System.out.println("event " + opened.id() + " " + logged.sequence());
        }
    }
}
