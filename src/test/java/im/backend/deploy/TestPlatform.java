package im.backend.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.build.FakeImageBuilder;
import im.backend.deploy.ports.DeploySettings;
import im.backend.deploy.ports.Ports;
import im.backend.domain.Caller;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentId;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import im.backend.domain.LoggedEvent;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.UserName;
import im.backend.manifest.ManifestReader;
import im.backend.orchestrator.FakeInstanceLogs;
import im.backend.orchestrator.FakeOneOff;
import im.backend.orchestrator.FakeOrchestrator;
import im.backend.orchestrator.FakeSchedules;
import im.backend.orchestrator.FakeStorage;
import im.backend.orchestrator.Workload;
import im.backend.route.FakeRouter;
import im.backend.scan.FakeScanner;
import im.backend.scan.ScanPolicy;
import im.backend.scan.Scanning;
import im.backend.secret.InMemorySecretStore;
import im.backend.source.InMemorySourceStore;
import im.backend.source.SourceUpload;
import im.backend.store.InMemoryDeploymentLog;
import im.backend.store.InMemoryProjectStore;
import im.backend.store.InMemoryReleaseStore;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Everything that deployments need, in memory; apps are HTTP servers in this JVM. */
public final class TestPlatform implements AutoCloseable {
    public static final Caller ADMIN = new Caller(new UserName("admin"), Caller.Role.ADMIN);
    public static final ProjectId SHOP = new ProjectId("admin-shop");
    public static final Duration LONG = Duration.ofSeconds(20);
    /** A sick app is given up soon, so that tests are not slow. */
    public static final String QUICK_HEALTH = "healthcheck: {deadline: 1s}\n";

    final Clock clock = Clock.systemUTC();
    final InMemoryProjectStore projects = new InMemoryProjectStore(clock);
    public final InMemoryReleaseStore releases = new InMemoryReleaseStore(projects);
    public final InMemoryDeploymentLog log = new InMemoryDeploymentLog(projects, releases, clock);
    final InMemorySourceStore source = new InMemorySourceStore(clock);
    final InMemorySecretStore secrets = new InMemorySecretStore(releases::kept, clock);
    final FakeInstanceLogs instanceLogs = new FakeInstanceLogs();
    final FakeOneOff oneOff = new FakeOneOff();
    final FakeSchedules schedules = new FakeSchedules();
    final FakeStorage storage = new FakeStorage();
    public final FakeRouter router = new FakeRouter();
    final FakeScanner scanner = new FakeScanner();
    public final FakeImageBuilder images;
    public final FakeOrchestrator orchestrator;
    private final List<DeployEngine> engines = new ArrayList<>();
    private ScanPolicy scanPolicy = ScanPolicy.OPEN;
    private DeploySettings settings = DeploySettings.defaults("localhost", 8000);
    private DeployEngine engine;

    public TestPlatform(Path folder) {
        images = new FakeImageBuilder(folder.resolve("images"));
        orchestrator = new FakeOrchestrator(instanceLogs);
        engine = open(ports(), settings);
    }

    public static TestPlatform started(Path folder) {
        TestPlatform platform = new TestPlatform(folder);
        platform.engine().start();
        return platform;
    }

    public Ports ports() {
        return new Ports(
                source,
                ManifestReader::read,
                images,
                new Ports.Hosting(orchestrator, oneOff, schedules, instanceLogs, storage),
                router,
                secrets,
                new Scanning(scanner, scanPolicy),
                new Ports.Stores(projects, releases, log));
    }

    public DeployEngine engine() {
        return engine;
    }

    /** As after a crash or a stop: another engine over what is left. */
    public void restart(UnaryOperator<Ports> over) {
        engine.close();
        engine = open(over.apply(ports()), settings);
        engine.start();
    }

    void restartWith(Hurried changed) {
        settings = changed.settings();
        restart(UnaryOperator.identity());
    }

    void restartWith(ScanPolicy changed) {
        scanPolicy = changed;
        restart(UnaryOperator.identity());
    }

    /** Without starting it. */
    public DeployEngine open(Ports ports, DeploySettings chosen) {
        DeployEngine opened = new DeployEngine(ports, chosen, clock, () -> new DeploymentId(UUID.randomUUID()));
        engines.add(opened);
        return opened;
    }

    public static SubmitRequest upload(String backendYml, String main) {
        return new SubmitRequest(
                Optional.of("shop"),
                new SourceUpload.FileMap(List.of(file("backend.yml", backendYml), file("main.py", main))),
                "",
                Optional.empty());
    }

    static SourceUpload.File file(String path, String text) {
        return new SourceUpload.File(path, text.getBytes(StandardCharsets.UTF_8), false);
    }

    public Deployment submit(String main) {
        return submit(QUICK_HEALTH, main);
    }

    public Deployment submit(String backendYml, String main) {
        return engine.deployments().submit(ADMIN, upload(backendYml, main));
    }

    /** Submits and waits for success, and until the old instances are gone. */
    public Deployment deploy(String main) {
        return deploy(QUICK_HEALTH, main);
    }

    public Deployment deploy(String backendYml, String main) {
        Deployment ended = ended(submit(backendYml, main));
        assertThat(ended.status()).as("%s", ended.failure()).isEqualTo(DeploymentStatus.COMPLETE);
        awaitOnly(ended);
        return ended;
    }

    public Deployment ended(Deployment deployment) {
        await().atMost(LONG)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> log.find(deployment.id()).orElseThrow().status().terminal());
        return log.find(deployment.id()).orElseThrow();
    }

    public DeploymentEvent.Failed failure(Deployment deployment) {
        Deployment ended = ended(deployment);
        return ended.failure().orElseThrow(() -> new AssertionError("did not fail: " + ended));
    }

    /** Until nothing runs but what the deployment started. */
    public void awaitOnly(Deployment deployment) {
        await().atMost(LONG).pollInterval(Duration.ofMillis(2)).untilAsserted(() -> {
            assertThat(runningDeployments()).containsOnly(deployment.id());
            assertThat(orchestrator.namespaces()).containsExactly(deployment.releaseName());
        });
    }

    public void awaitStatus(Deployment deployment, DeploymentStatus status) {
        await().atMost(LONG)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> log.find(deployment.id()).orElseThrow().status() == status);
    }

    public List<DeploymentId> runningDeployments() {
        return orchestrator.running(SHOP).stream()
                .map(instance -> instance.key().deployment())
                .distinct()
                .toList();
    }

    public List<Workload> workloads() {
        return orchestrator.workloads();
    }

    public List<LoggedEvent> events(Deployment deployment) {
        return log.after(deployment.id(), 0, Integer.MAX_VALUE);
    }

    public List<DeploymentStatus> statuses(Deployment deployment) {
        return events(deployment).stream()
                .flatMap(event -> switch (event.event()) {
                    case DeploymentEvent.Entered entered -> Stream.of(entered.status());
                    case DeploymentEvent.Completed completed -> Stream.of(DeploymentStatus.COMPLETE);
                    case DeploymentEvent.Failed failed -> Stream.of(DeploymentStatus.FAILED);
                    case DeploymentEvent.Output output -> Stream.<DeploymentStatus>empty();
                    case DeploymentEvent.Resumed resumed -> Stream.<DeploymentStatus>empty();
                })
                .toList();
    }

    List<String> output(Deployment deployment) {
        return events(deployment).stream()
                .flatMap(event -> switch (event.event()) {
                    case DeploymentEvent.Output output -> output.lines().stream();
                    case DeploymentEvent.Entered entered -> entered.logs().stream();
                    case DeploymentEvent.Resumed _, DeploymentEvent.Completed _, DeploymentEvent.Failed _ ->
                        Stream.<String>empty();
                })
                .toList();
    }

    /** What the host answers through the route table: the name of the release, as the fake apps say it. */
    public String answer(String host) {
        List<Endpoint> endpoints = router.endpoints(new Hostname(host));
        if (endpoints.isEmpty()) {
            return "no route";
        }
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://" + endpoints.getFirst() + "/");
            return http.send(HttpRequest.newBuilder(uri).timeout(LONG).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            return "no answer";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    public Project project() {
        return projects.find(SHOP).orElseThrow();
    }

    @Override
    public void close() {
        images.pauseUntil(new CountDownLatch(0));
        engines.forEach(DeployEngine::close);
        orchestrator.close();
    }
}
