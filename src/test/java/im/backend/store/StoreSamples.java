package im.backend.store;

import im.backend.domain.AppManifest;
import im.backend.domain.Command;
import im.backend.domain.CommitHash;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentId;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.Digest;
import im.backend.domain.EnvName;
import im.backend.domain.EnvValue;
import im.backend.domain.ProjectId;
import im.backend.domain.ProjectName;
import im.backend.domain.Release;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.Schedule;
import im.backend.domain.SecretName;
import im.backend.domain.UserName;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** Values with something in every field, so that a store that forgets one is found out. */
public final class StoreSamples {
    public static final ProjectId SHOP = new ProjectId("admin-shop");
    public static final ProjectId BLOG = new ProjectId("admin-blog");
    public static final DeploymentEvent.Entered QUEUED =
            new DeploymentEvent.Entered(DeploymentStatus.QUEUED, List.of("Waiting for its turn."));

    private StoreSamples() {}

    public static Deployment deployment(ProjectId project, Instant createdAt) {
        return new Deployment(
                new DeploymentId(UUID.randomUUID()),
                project,
                new CommitHash("0123456789abcdef0123456789abcdef01234567"),
                new UserName("admin"),
                Deployment.Origin.ROLLBACK,
                Optional.of(new ReleaseVersion(3)),
                createdAt,
                DeploymentStatus.QUEUED,
                0,
                createdAt,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    public static Release release(Deployment deployment, int version, Map<SecretName, Integer> secretVersions) {
        return new Release(
                deployment.project(),
                new ReleaseVersion(version),
                deployment.id(),
                deployment.commit(),
                Digest.ofSha256Hex("ab".repeat(32)),
                manifest(),
                new TreeMap<>(secretVersions),
                deployment.origin(),
                deployment.createdAt());
    }

    public static DeploymentEvent.Completed completed(int version) {
        return new DeploymentEvent.Completed(
                new ReleaseVersion(version), URI.create("http://shop.localhost:8000"), List.of("Live."));
    }

    public static DeploymentEvent.Failed failed() {
        return new DeploymentEvent.Failed(
                DeploymentStatus.BUILDING,
                "build-failed",
                "pip ended with 1.",
                "Name the package as PyPI does.",
                List.of("ERROR: \"no such package\"", "\t\u001b[31mred\u001b[0m é 🚀 \u0000"));
    }

    public static AppManifest manifest() {
        SortedMap<EnvName, EnvValue> env = new TreeMap<>(Map.of(
                new EnvName("GREETING"), new EnvValue.Literal("secret:not-a-reference \"ü\"\n$HOME"),
                new EnvName("EMPTY"), new EnvValue.Literal(""),
                new EnvName("DATABASE_URL"), new EnvValue.Secret(new SecretName("db_url"))));
        return new AppManifest(
                Optional.of(new ProjectName("shop")),
                Optional.of(new RuntimeSpec(RuntimeSpec.Language.PYTHON, "3.12")),
                Optional.of(Command.parse("uvicorn app:app --host $HOST '$literal' \"two words\" a\\ b")),
                env,
                new TreeSet<>(List.of(new SecretName("session_key"), new SecretName("csrf_key"))),
                new AppManifest.Resources(768L << 20, 1500),
                new AppManifest.Scaling(2, 5),
                Optional.of(9000),
                new AppManifest.HealthCheck(
                        Optional.of("/ready"),
                        Duration.ofMillis(1500),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(4)),
                Optional.of(Command.parse("python migrate.py")),
                new TreeMap<>(Map.of("worker", Command.ofWords(List.of("python", "a b.py", "$QUEUE")))),
                List.of(new AppManifest.CronEntry(
                        "report",
                        new Schedule("30 3 * * MON"),
                        Command.ofWords(List.of("python", "a b.py")),
                        Duration.ofMinutes(90))),
                List.of(
                        new AppManifest.VolumeClaim("data", "/data", 5L << 30, false),
                        new AppManifest.VolumeClaim("cache", "/var/cache", 1L << 30, true)),
                new AppManifest.Build(Optional.of(Command.parse("make all")), List.of("*.tmp", "docs/")),
                Optional.of(Command.parse("pytest -q")),
                new AppManifest.Rollout(Optional.of(AppManifest.Strategy.RECREATE), Duration.ofSeconds(7)));
    }
}
