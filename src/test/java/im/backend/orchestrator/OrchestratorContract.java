package im.backend.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.Command;
import im.backend.domain.CommitHash;
import im.backend.domain.DeploymentId;
import im.backend.domain.Digest;
import im.backend.domain.Endpoint;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.SecretValue;
import im.backend.domain.StartPlan;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What every orchestrator does; {@link #healthy} is a workload that answers 200 with its release's name. */
public abstract class OrchestratorContract {
    protected static final Duration GRACE = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofSeconds(60);
    protected static final Project PROJECT =
            new Project(new ProjectId("admin-shop"), Instant.EPOCH, 7, Optional.empty());

    protected abstract Orchestrator orchestrator();

    protected abstract Workload healthy(Workload.Key key, ReleaseName release);

    @Test
    void aStartedInstanceAnswersAtItsEndpoint() {
        Workload workload = healthy(key(0), release('a'));

        Instance instance = start(workload);

        assertThat(answer(instance)).isEqualTo(release('a').toString());
        assertThat(orchestrator().observe(workload.key()))
                .isInstanceOfSatisfying(Observation.Running.class, running -> {
                    assertThat(running.listening()).contains(instance.endpoint().orElseThrow());
                    assertThat(running.memoryBytes()).isNotNegative();
                    assertThat(running.restarts()).isZero();
                });
        assertThat(orchestrator().lastExit(workload.key())).isEmpty();
    }

    @Test
    void theSameKeyStartedTwiceIsOneInstance() {
        Workload workload = healthy(key(0), release('a'));

        Instance first = start(workload);
        Instance second = start(workload);

        assertThat(second).isEqualTo(first);
        assertThat(orchestrator().running(PROJECT.id())).containsExactly(first);
    }

    @Test
    void twoReleasesRunSideBySide() {
        Instance old = start(healthy(key(0), release('a')));
        Instance fresh = start(healthy(key(0), release('b')));

        assertThat(answer(old)).isEqualTo(release('a').toString());
        assertThat(answer(fresh)).isEqualTo(release('b').toString());
        assertThat(orchestrator().running(PROJECT.id())).containsExactlyInAnyOrder(old, fresh);
    }

    @Test
    void aStoppedInstanceIsGoneAndItsPortIsClosed() {
        Workload workload = healthy(key(0), release('a'));
        Instance instance = start(workload);
        answer(instance);

        orchestrator().stop(workload.key(), GRACE);

        assertThat(orchestrator().observe(workload.key())).isEqualTo(new Observation.Absent());
        assertThat(orchestrator().running(PROJECT.id())).isEmpty();
        await().atMost(SOON).until(() -> !serves(instance.endpoint().orElseThrow()));
    }

    @Test
    void stoppingWhatIsNotThereDoesNothing() {
        orchestrator().stop(key(3), GRACE);

        assertThat(orchestrator().observe(key(3))).isEqualTo(new Observation.Absent());
    }

    @Test
    void aNamespaceTakesItsInstancesAlong() {
        Workload workload = healthy(key(0), release('a'));
        Instance other = start(healthy(key(0), release('b')));
        start(workload);

        orchestrator().removeNamespace(release('a'));

        assertThat(orchestrator().running(PROJECT.id())).containsExactly(other);
    }

    /** An empty one too: nothing else tells of it. */
    @Test
    void namespacesAreKnownUntilTheyAreRemoved() {
        orchestrator().createNamespace(release('a'));
        orchestrator().createNamespace(release('b'));
        assertThat(orchestrator().namespaces(PROJECT.id())).containsExactlyInAnyOrder(release('a'), release('b'));

        orchestrator().removeNamespace(release('a'));

        assertThat(orchestrator().namespaces(PROJECT.id())).containsExactly(release('b'));
        assertThat(orchestrator().namespaces(new ProjectId("admin-other"))).isEmpty();
    }

    @Test
    void volumesOfTwoReleasesAreTheSame() {
        List<VolumeClaim> claims = List.of(new VolumeClaim("data", "/data", 1 << 20, false));

        orchestrator().createNamespace(release('a'));
        orchestrator().createNamespace(release('b'));

        List<Workload.Volume> first = orchestrator().createVolumes(PROJECT, release('a'), claims);
        List<Workload.Volume> second = orchestrator().createVolumes(PROJECT, release('b'), claims);

        assertThat(first).hasSize(1).isEqualTo(second);
        assertThat(first.getFirst().path()).isEqualTo("/data");
    }

    protected Instance start(Workload workload) {
        orchestrator().createNamespace(workload.release());
        return orchestrator().start(workload);
    }

    /** A new deployment each time. */
    protected static Workload.Key key(int ordinal) {
        return new Workload.Key(new DeploymentId(UUID.randomUUID()), "web", ordinal);
    }

    protected static ReleaseName release(char digit) {
        return new ReleaseName(
                PROJECT.id(), new CommitHash(String.valueOf(digit).repeat(40)));
    }

    protected static Workload workload(
            Workload.Key key, ReleaseName release, String command, Map<String, SecretValue> environment) {
        return new Workload(
                key,
                PROJECT,
                release,
                RuntimeSpec.parse("go"),
                Command.parse(command),
                StartPlan.APP,
                environment,
                new Workload.Image(Digest.ofSha256Hex("0".repeat(64)), List.of()),
                List.of(),
                Workload.Terms.DEFAULT,
                new Workload.Port.Assigned());
    }

    protected String answer(Instance instance) {
        Endpoint endpoint = instance.endpoint().orElseThrow();
        await().atMost(SOON).pollInterval(Duration.ofMillis(10)).until(() -> isUp(instance.key(), endpoint));
        return get("http://" + endpoint + "/");
    }

    private boolean isUp(Workload.Key key, Endpoint endpoint) {
        return orchestrator().isRolledOut(key) && serves(endpoint);
    }

    /** A connection alone proves nothing: on a cluster's node a stranger may take it. */
    private static boolean serves(Endpoint endpoint) {
        try {
            HttpURLConnection connection = (HttpURLConnection)
                    URI.create("http://" + endpoint + "/").toURL().openConnection();
            // A kept connection would go on asking whoever took the first one.
            connection.setRequestProperty("Connection", "close");
            connection.setConnectTimeout(500);
            connection.setReadTimeout(2_000);
            return connection.getResponseCode() == 200;
        } catch (IOException refused) {
            return false;
        }
    }

    protected static String get(String url) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(url).toURL().openConnection();
            connection.setRequestProperty("Connection", "close");
            connection.setReadTimeout(10_000);
            try (var body = connection.getInputStream()) {
                return new String(body.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException failed) {
            throw new AssertionError(url + " does not answer", failed);
        }
    }

    protected static boolean listens(Endpoint endpoint) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(endpoint.host(), endpoint.port()), 500);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }
}
