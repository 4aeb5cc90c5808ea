package im.backend.deploy.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.AppManifest;
import im.backend.domain.AppManifest.HealthCheck;
import im.backend.domain.Command;
import im.backend.domain.Deployment;
import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import im.backend.domain.Project;
import im.backend.domain.Release;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.StartPlan;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.FakeInstanceLogs;
import im.backend.orchestrator.Hindrance;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.Observation;
import im.backend.orchestrator.Orchestrator;
import im.backend.orchestrator.Workload;
import im.backend.problem.Problem.StageFailed;
import im.backend.problem.ProblemException;
import im.backend.secret.InMemorySecretStore;
import im.backend.store.StoreSamples;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against real sockets: each test says what the app answers to a request line. */
class HealthProbeTest {
    private final FakeInstanceLogs logs = new FakeInstanceLogs();
    private final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();
    private ServerSocket server;
    private volatile Optional<Exit> exit = Optional.empty();
    private volatile Optional<Hindrance> hindrance = Optional.empty();
    private volatile Optional<List<Endpoint>> listening = Optional.empty();

    @BeforeEach
    void bind() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @Test
    void theUsualPathsAreAskedInOrderUntilOneIsThere() throws Exception {
        serve(request -> request.startsWith("GET /up ") ? status(200) : status(404));

        await(Optional.empty());

        assertThat(requests).extracting(request -> request.split(" ")[1]).containsExactly("/healthz", "/health", "/up");
    }

    @Test
    void anAppWithoutAHealthPathNeedsOnlyAnswerBelow500() throws Exception {
        serve(request -> status(404));

        await(Optional.empty());

        assertThat(requests).hasSize(4).last().asString().startsWith("GET / ");
    }

    @Test
    void theAppsOwnHostNameIsAskedFor() throws Exception {
        serve(request -> status(200));

        await(Optional.empty());

        assertThat(requests).first().asString().contains("Host: shop-admin.localhost\r\n");
    }

    @Test
    void whatAnsweredLastTimeIsAskedFirst() throws Exception {
        serve(request -> request.startsWith("GET / ") ? status(200) : status(404));
        HealthProbe probe = probe();
        probe.await(target(release(Optional.empty(), Duration.ofSeconds(5))));
        requests.clear();

        probe.await(target(release(Optional.empty(), Duration.ofSeconds(5))));

        assertThat(requests).singleElement().asString().startsWith("GET / ");
    }

    @Test
    void aConfiguredPathMustAnswerWell() throws Exception {
        serve(request -> request.startsWith("GET /ready ") ? status(503) : status(200));

        StageFailed failed = failure(Optional.of("/ready"));

        assertThat(failed.slug()).isEqualTo("health-check-failed");
        assertThat(failed.detail()).contains("GET /ready answered 503");
        assertThat(failed.fix()).contains("healthcheck.path");
    }

    @Test
    void anAppThatIsNotReadyYetIsAskedAgain() throws Exception {
        serve(request -> requests.size() < 4 ? status(503) : status(200));

        await(Optional.of("/ready"));

        assertThat(requests).hasSize(4);
    }

    @Test
    void whatWillNotPassIsToldLongBeforeTheDeadline() throws Exception {
        serve(request -> status(200));
        hindrance = Optional.of(
                new Hindrance("image-pull-failed", "The node can not pull it.", "Let it.", Hindrance.Outlook.STAYS));
        Release release = release(Optional.empty(), Duration.ofMinutes(1));

        assertThatThrownBy(() -> probe().await(target(release)))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem())
                                .isEqualTo(hindrance.get().problem(List.of())));
    }

    @Test
    void whatMayPassIsWaitedForAndNamedAtTheDeadline() throws Exception {
        serve(request -> status(200));
        hindrance =
                Optional.of(new Hindrance("capacity", "No node has a place.", "Add one.", Hindrance.Outlook.MAY_PASS));

        StageFailed failed = failure(Optional.empty());

        assertThat(failed.slug()).isEqualTo("capacity");
        assertThat(requests).isEmpty();
    }

    @Test
    void aServiceThatSpeaksSomethingElseIsReadyWhenItsPortIsOpen() throws Exception {
        serve(request -> "-ERR unknown command\r\n");

        await(Optional.empty());
    }

    @Test
    void anAppThatBreaksOffEachRequestIsNotReady() throws Exception {
        serve(request -> "");

        StageFailed failed = failure(Optional.empty());

        assertThat(failed.slug()).isEqualTo("health-check-failed");
        assertThat(failed.detail()).contains("cut off without an answer");
    }

    @Test
    void aStrangerOnThePortIsNotTakenForTheApp() throws Exception {
        serve(request -> status(200));
        listening = Optional.of(List.of(new Endpoint("127.0.0.1", 1)));
        Thread.ofVirtual().start(() -> {
            pause(Duration.ofMillis(200));
            listening = Optional.empty();
        });

        long begun = System.nanoTime();
        await(Optional.of("/ready"));

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
        assertThat(requests).as("the stranger is asked nothing").hasSize(1);
    }

    @Test
    void anAppOnAnotherPortIsToldBothPortsLongBeforeTheDeadline() throws Exception {
        server.close();
        listening = Optional.of(List.of(new Endpoint("127.0.0.1", 8000)));

        StageFailed failed = failure(Optional.empty(), Duration.ofSeconds(60));

        assertThat(failed.slug()).isEqualTo("wrong-port");
        assertThat(failed.detail())
                .isEqualTo("The app listens on 127.0.0.1:8000, expected 127.0.0.1:" + server.getLocalPort() + ".");
        assertThat(failed.fix()).contains("PORT");
    }

    @Test
    void anAppOnAnotherAddressIsTold() throws Exception {
        server.close();
        listening = Optional.of(List.of(new Endpoint("10.0.0.7", server.getLocalPort())));

        StageFailed failed = failure(Optional.empty(), Duration.ofSeconds(60));

        assertThat(failed.slug()).isEqualTo("wrong-address");
        assertThat(failed.fix()).contains("HOST");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ModuleNotFoundError: No module named 'sqlalchemy'             | missing-module | sqlalchemy | requirements.txt
        Error: Cannot find module 'express'                           | missing-module | express    | npm install express
        Error: Cannot find module '/app/server.js'                    | missing-module | server.js  | entrypoint
        Error: listen EADDRINUSE: address already in use 0.0.0.0:8000 | wrong-port     | taken      | PORT
        ModuleNotFoundError: No module named 'psycopg'                | missing-module | module psycopg | Add psycopg[binary] to
        ModuleNotFoundError: No module named 'shop.settings'          | missing-module | shop.settings  | part of the upload
        ImportError: libGL.so.1: cannot open shared object file: No   | missing-library | libGL.so.1   | Dockerfile
        OSError: [Errno 30] Read-only file system: 'db.sqlite3'       | read-only      | read-only  | DATA_DIR
        Traceback (most recent call last):                            | app-exited     | exit code 1 | output
        """)
    void anAppThatEndsIsExplainedByWhatItWrote(String line, String slug, String detail, String fix) throws Exception {
        server.close();
        exit = Optional.of(new Exit(1, false));
        logs.add(workload(release(Optional.empty(), Duration.ofSeconds(5))), line);

        StageFailed failed = failure(Optional.empty());

        assertThat(failed.slug()).isEqualTo(slug);
        assertThat(failed.detail()).contains(detail);
        assertThat(failed.fix()).contains(fix);
        assertThat(failed.evidence()).containsExactly(line);
    }

    @Test
    void anAppThatWasKilledForMemoryIsToldItsLimit() throws Exception {
        server.close();
        exit = Optional.of(new Exit(137, true));

        StageFailed failed = failure(Optional.empty());

        assertThat(failed.slug()).isEqualTo("out-of-memory");
        assertThat(failed.detail()).contains("512Mi");
    }

    @Test
    void anAppThatNeverListensIsGivenUpAtTheDeadline() throws Exception {
        server.close();

        StageFailed failed = failure(Optional.empty(), Duration.ofMillis(300));

        assertThat(failed.slug()).isEqualTo("timeout");
        assertThat(failed.detail()).contains("did not listen").contains("300 ms");
    }

    @Test
    void aWarmAppCostsLittleTime() throws Exception {
        serve(request -> status(200));
        HealthProbe probe = probe();
        Release release = release(Optional.of("/ready"), Duration.ofSeconds(5));
        for (int at = 0; at < 50; at++) {
            probe.await(target(release));
        }

        long begun = System.nanoTime();
        for (int at = 0; at < 50; at++) {
            probe.await(target(release));
        }

        assertThat(Duration.ofNanos((System.nanoTime() - begun) / 50)).isLessThan(Duration.ofMillis(10));
    }

    private void await(Optional<String> path) throws InterruptedException {
        probe().await(target(release(path, Duration.ofSeconds(10))));
    }

    private StageFailed failure(Optional<String> path) {
        return failure(path, Duration.ofSeconds(1));
    }

    private StageFailed failure(Optional<String> path, Duration deadline) {
        StageFailed[] failed = new StageFailed[1];
        assertThatThrownBy(() -> probe().await(target(release(path, deadline))))
                .isInstanceOfSatisfying(ProblemException.class, refused -> failed[0] = (StageFailed) refused.problem());
        return failed[0];
    }

    private void serve(UnaryOperator<String> app) {
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                    byte[] head = new byte[4096];
                    int length = Math.max(0, socket.getInputStream().read(head));
                    if (length == 0) {
                        continue;
                    }
                    String request = new String(head, 0, length, StandardCharsets.US_ASCII);
                    requests.add(request);
                    socket.getOutputStream().write(app.apply(request).getBytes(StandardCharsets.US_ASCII));
                } catch (IOException closed) {
                    // the test is over, or the probe hung up
                }
            }
        });
    }

    private static void pause(Duration duration) {
        LockSupport.parkNanos(duration.toNanos());
    }

    private static String status(int code) {
        return "HTTP/1.1 " + code + " X\r\nContent-Length: 0\r\n\r\n";
    }

    private HealthProbe probe() {
        Orchestrator orchestrator = (Orchestrator) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Orchestrator.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "isRolledOut" -> hindrance.isEmpty();
                    case "lastExit" -> exit;
                    case "observe" ->
                        hindrance.isPresent()
                                ? new Observation.Held(hindrance.get())
                                : new Observation.Running(listening.orElseGet(this::here), 0, 0);
                    case "place" -> Orchestrator.Place.HOST;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        var secrets = new InMemorySecretStore(List::of, Clock.systemUTC());
        return new HealthProbe(orchestrator, new AppDiagnosis(orchestrator, logs, new Redaction(secrets)));
    }

    private List<Endpoint> here() {
        return server.isClosed() ? List.of() : List.of(new Endpoint("127.0.0.1", server.getLocalPort()));
    }

    private HealthProbe.Target target(Release release) {
        Endpoint endpoint = new Endpoint("127.0.0.1", server.getLocalPort());
        Instance instance =
                new Instance(workload(release).key(), release.project(), release.name(), Optional.of(endpoint));
        return new HealthProbe.Target(release, instance, endpoint, new Hostname("shop-admin.localhost"));
    }

    private static Workload workload(Release release) {
        return new Workload(
                new Workload.Key(release.deployment(), "web", 0),
                new Project(release.project(), Instant.EPOCH, 1, Optional.empty()),
                release.name(),
                RuntimeSpec.parse("python"),
                Command.parse("python main.py"),
                StartPlan.APP,
                Map.of(),
                new Workload.Image(release.image(), List.of()),
                List.of(),
                Workload.Terms.of(release.manifest()),
                new Workload.Port.Assigned());
    }

    private static final Deployment DEPLOYMENT = StoreSamples.deployment(StoreSamples.SHOP, Instant.EPOCH);

    private static Release release(Optional<String> path, Duration deadline) {
        AppManifest plain = AppManifest.defaults();
        AppManifest manifest = new AppManifest(
                plain.name(),
                plain.runtime(),
                plain.entrypoint(),
                plain.env(),
                plain.generatedSecrets(),
                plain.resources(),
                plain.scaling(),
                plain.port(),
                new HealthCheck(path, Duration.ofMillis(100), Duration.ofSeconds(2), Duration.ZERO, deadline),
                plain.release(),
                plain.processes(),
                plain.cron(),
                plain.volumes(),
                plain.build(),
                plain.test(),
                plain.deploy());
        Release sample = StoreSamples.release(DEPLOYMENT, 1, Map.of());
        return new Release(
                sample.project(),
                sample.version(),
                sample.deployment(),
                sample.commit(),
                sample.image(),
                manifest,
                sample.secretVersions(),
                sample.origin(),
                sample.createdAt());
    }
}
