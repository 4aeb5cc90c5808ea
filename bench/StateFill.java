import im.backend.domain.CommitHash;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentId;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.ProjectId;
import im.backend.domain.UserName;
import im.backend.store.sql.Database;
import im.backend.store.sql.DatabaseSettings;
import im.backend.store.sql.SqlDeploymentLog;
import im.backend.store.sql.SqlProjectStore;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.LogManager;

/**
 * Puts ended deployments into the database of a stopped server, spread over its projects p0, p1, ...:
 * {@code java -cp backendim.jar StateFill.java DATA DEPLOYMENTS PROJECTS}.
 */
final class StateFill {
    private static final int WRITERS = 32;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final DeploymentEvent.Failed ENDED = new DeploymentEvent.Failed(
            DeploymentStatus.QUEUED, "superseded", "A newer deployment took its place.", "", List.of());

    private StateFill() {}

    public static void main(String[] arguments) throws Exception {
        LogManager.getLogManager().reset();
        int deployments = Integer.parseInt(arguments[1]);
        int projects = Integer.parseInt(arguments[2]);
        Clock clock = Clock.systemUTC();
        Database database = new Database(new DatabaseSettings.Embedded(Path.of(arguments[0], "db")), clock);
        database.start();
        SqlProjectStore store = new SqlProjectStore(database, clock);
        for (int project = 0; project < projects; project++) {
            store.create(project(project));
        }
        SqlDeploymentLog log = new SqlDeploymentLog(database, clock);
        try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<?>> written = new ArrayList<>();
            for (int i = 0; i < deployments; i++) {
                ProjectId project = project(i % projects);
                written.add(writers.submit(() -> {
                    Deployment ended = deployment(project);
                    log.open(
                            ended,
                            new DeploymentEvent.Entered(DeploymentStatus.QUEUED, List.of("Waiting for its turn.")),
                            Optional.empty());
                    log.append(ended.id(), ENDED);
                }));
            }
            for (Future<?> one : written) {
                one.get();
            }
        }
        database.close();
        System.exit(0);
    }

    private static ProjectId project(int number) {
        return new ProjectId("admin-p" + number);
    }

    private static Deployment deployment(ProjectId project) {
        Instant now = Instant.now();
        return new Deployment(
                DeploymentId.at(now, RANDOM),
                project,
                new CommitHash("0123456789abcdef0123456789abcdef01234567"),
                new UserName("admin"),
                Deployment.Origin.UPLOAD,
                Optional.empty(),
                now,
                DeploymentStatus.QUEUED,
                0,
                now,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
