package im.backend.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import im.backend.cluster.Faults.Fault;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentStatus;
import im.backend.orchestrator.kubernetes.StaticImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A whole deployment, each of whose calls to the API server goes wrong in each way: it ends with one release that serves, or
 * it says why not and leaves nothing behind. As it is, the last call of each kind (as {@code apply ingresses}) meets each
 * fault; {@code -Dbackendim.test.faults=all} takes each call.
 */
@Tag("slow")
final class ClusterDeployFaultsTest {
    private static final boolean ALL = "all".equals(System.getProperty("backendim.test.faults"));
    private static final int LANES = 8;
    private static final Duration SHORT = Duration.ofMillis(800);
    private static final Duration PATIENT = Duration.ofSeconds(10);
    private static final Duration FAULTS_MAX = Duration.ofSeconds(10);
    private static final Logger LOGS = Logger.getLogger("im.backend");

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static Path image;
    /** The calls of a redeploy, in order. */
    private static Map<App, List<Point>> points = Map.of();

    /** What is deployed. */
    enum App {
        BLUE_GREEN("release: /bin/true\n"),
        RECREATE("volumes: [{name: data, path: /data, size: 1Mi}]\n");

        final String manifest;

        App(String more) {
            this.manifest = "entrypoint: /app/serve\nhealthcheck: {deadline: 10s}\nenv:\n  RELEASE: \"{}\"\n" + more;
        }
    }

    /** The n-th call of a verb on a kind, from 0: polls between two calls change no number but their own. */
    private record Point(String verb, String plural, int nth) {
        String kind() {
            return verb + " " + plural;
        }

        @Override
        public String toString() {
            return verb + " " + plural + " #" + nth;
        }
    }

    /** One deployment with one thing wrong. */
    private record Scenario(Point point, String name, Fault fault, int times) {
        @Override
        public String toString() {
            return point.verb().equals("*") ? name : point + " " + name;
        }
    }

    private static final Map<String, Fault> PASSING = passing();

    private static Map<String, Fault> passing() {
        Map<String, Fault> faults = new LinkedHashMap<>();
        faults.put("429 with Retry-After", new Fault.Answer(429, 1));
        faults.put("409", new Fault.Answer(409, 0));
        faults.put("500", new Fault.Answer(500, 0));
        faults.put("503", new Fault.Answer(503, 0));
        faults.put("a cut before", new Fault.CutBefore());
        faults.put("a cut after", new Fault.CutAfter());
        faults.put("a cut within the answer", new Fault.CutWithin());
        faults.put("an answer that is too late", new Fault.Slow(ClusterPlatform.CALL_MAX.plusMillis(200)));
        return faults;
    }

    @BeforeAll
    static void make() throws IOException, InterruptedException {
        assumeThat(StaticImage.canBeMade()).as("gcc makes the app").isTrue();
        assumeThat(Path.of("/usr/bin/bwrap"))
                .as("bubblewrap shows it its files")
                .exists();
        Path app = Files.createDirectories(shared.resolve("image/app"));
        Files.copy(StaticImage.compiled(shared), app.resolve("serve"));
        image = app.getParent();
        // Each fault would be told with its stack.
        LOGS.setLevel(Level.OFF);
        points = Map.of(App.BLUE_GREEN, calls(App.BLUE_GREEN), App.RECREATE, calls(App.RECREATE));
    }

    @AfterAll
    static void loud() {
        LOGS.setLevel(null);
    }

    /** One fault that passes is never seen from outside. */
    @ParameterizedTest
    @EnumSource(App.class)
    void aRedeployComesThroughAnyOneFault(App app) throws InterruptedException {
        List<Scenario> scenarios = chosen(app).stream()
                .flatMap(point -> PASSING.entrySet().stream()
                        .map(fault -> new Scenario(point, fault.getKey(), fault.getValue(), 1)))
                .toList();

        assertThat(inLanes(scenarios, () -> new Lane(app, PATIENT) {
                    @Override
                    void check(Deployment ended, Scenario scenario) {
                        assertThat(ended.status()).as("%s", ended.failure()).isEqualTo(DeploymentStatus.COMPLETE);
                    }
                }))
                .isEmpty();
    }

    /** Nothing is half done when the API server refuses a call, however often it is asked. */
    @ParameterizedTest
    @EnumSource(App.class)
    void aRedeployThatIsRefusedLeavesTheOldReleaseServing(App app) throws InterruptedException {
        List<Scenario> scenarios = chosen(app).stream()
                .map(point -> new Scenario(point, "403", new Fault.Answer(403, 0), Integer.MAX_VALUE))
                .toList();

        assertThat(inLanes(scenarios, () -> new Lane(app, PATIENT) {
                    @Override
                    void check(Deployment ended, Scenario scenario) {
                        ended.failure().ifPresent(failure -> {
                            assertThat(failure.code()).isEqualTo("cluster-denied");
                            assertThat(failure.detail()).contains("scripted refusal");
                        });
                    }
                }))
                .isEmpty();
    }

    /** An API server that is away for longer than it is waited for. */
    @ParameterizedTest
    @EnumSource(App.class)
    void anOutageInTheMiddleIsCleanedUpAfterItsEnd(App app) throws InterruptedException {
        List<Scenario> scenarios = chosen(app).stream()
                .map(point -> new Scenario(
                        new Point("*", "*", points.get(app).indexOf(point)),
                        "from " + point + " on 503",
                        new Fault.Answer(503, 0),
                        Integer.MAX_VALUE))
                .toList();

        assertThat(inLanes(scenarios, () -> new Lane(app, SHORT) {
                    @Override
                    Duration aftermath() {
                        return SHORT;
                    }

                    @Override
                    void check(Deployment ended, Scenario scenario) {
                        ended.failure()
                                .ifPresent(failure ->
                                        assertThat(failure.code()).isIn("cluster-busy", "cluster-unreachable"));
                    }
                }))
                .isEmpty();
    }

    /** The next start ends at the same state, wherever the server was killed. */
    @ParameterizedTest
    @EnumSource(App.class)
    void aKilledServerIsMendedByTheNextStart(App app) throws InterruptedException {
        List<Scenario> scenarios = chosen(app).stream()
                .map(point -> new Scenario(
                        new Point("*", "*", points.get(app).indexOf(point)),
                        "killed after " + point,
                        new Fault.CutAfter(),
                        Integer.MAX_VALUE))
                .toList();

        assertThat(inLanes(scenarios, () -> new Lane(app, PATIENT) {
                    @Override
                    void script(Scenario scenario) {
                        int before = scenario.point().nth();
                        platform().fake.faults().on("*", "*", new Fault.CutAfter(), before, 1);
                        platform().fake.faults().on("*", "*", new Fault.CutBefore(), before, Integer.MAX_VALUE);
                    }

                    @Override
                    Deployment submit(String next) {
                        Deployment deployment = super.submit(next);
                        awaitFault(deployment);
                        platform().server().kill();
                        platform().server().close();
                        platform().fake.faults().none();
                        platform().restart(PATIENT);
                        return deployment;
                    }

                    private void awaitFault(Deployment deployment) {
                        long[] ended = {0};
                        await().atMost(Duration.ofMinutes(1))
                                .pollInterval(Duration.ofMillis(1))
                                .until(() -> {
                                    if (ended[0] == 0 && platform().hasEnded(deployment)) {
                                        ended[0] = System.nanoTime();
                                    }
                                    boolean over = ended[0] > 0 && System.nanoTime() - ended[0] > SHORT.toNanos();
                                    return over || platform().fake.faults().met() > 0;
                                });
                    }

                    @Override
                    void check(Deployment ended, Scenario scenario) {
                        assertThat(ended.status()).as("%s", ended.failure()).isEqualTo(DeploymentStatus.COMPLETE);
                    }
                }))
                .isEmpty();
    }

    private static List<Point> chosen(App app) {
        return ALL ? points.get(app) : lastOfEachKind(app);
    }

    /** Of the kinds that both apps make each of them has every second one. */
    private static List<Point> lastOfEachKind(App app) {
        Map<String, List<App>> makers = new TreeMap<>();
        points.forEach((maker, calls) -> calls.stream()
                .map(Point::kind)
                .distinct()
                .forEach(kind ->
                        makers.computeIfAbsent(kind, first -> new ArrayList<>()).add(maker)));
        List<Point> chosen = new ArrayList<>();
        int shared = 0;
        for (Map.Entry<String, List<App>> kind : makers.entrySet()) {
            boolean both = kind.getValue().size() > 1;
            if (both ? shared++ % 2 == app.ordinal() : kind.getValue().contains(app)) {
                points.get(app).stream()
                        .filter(point -> point.kind().equals(kind.getKey()))
                        .reduce((earlier, later) -> later)
                        .ifPresent(chosen::add);
            }
        }
        return chosen;
    }

    private static List<Point> calls(App app) throws IOException {
        try (ClusterPlatform platform = new ClusterPlatform(Files.createTempDirectory(shared, "calls"), image)) {
            platform.server().engine().start();
            platform.ended(platform.submit(app.manifest, "old"));
            platform.assertSettled("before", Optional.of("old"));
            int from = platform.fake.faults().calls().size();
            Deployment ended = platform.ended(platform.submit(app.manifest, "new"));
            assertThat(ended.status()).as("%s", ended.failure()).isEqualTo(DeploymentStatus.COMPLETE);
            platform.assertSettled("reference", Optional.of("new"));
            Map<String, Integer> counts = new HashMap<>();
            List<Point> points = new ArrayList<>();
            List<String> calls = platform.fake.faults().calls();
            for (String call : calls.subList(from, calls.size())) {
                String[] words = call.split(" ");
                points.add(new Point(words[0], words[1], counts.merge(call, 1, Integer::sum) - 1));
            }
            return points;
        }
    }

    private Path own() {
        try {
            return Files.createTempDirectory(folder, "cluster");
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
    }

    private List<String> inLanes(List<Scenario> scenarios, Supplier<Lane> lanes) throws InterruptedException {
        ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        AtomicInteger next = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int lane = 0; lane < LANES; lane++) {
            threads.add(Thread.ofPlatform().start(() -> {
                for (int at = next.getAndIncrement(); at < scenarios.size(); ) {
                    try (Lane each = lanes.get()) {
                        for (; at < scenarios.size(); at = next.getAndIncrement()) {
                            each.run(scenarios.get(at));
                        }
                    } catch (RuntimeException | Error failed) {
                        failures.add(scenarios.get(at) + ": " + failed);
                        at = next.getAndIncrement();
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return List.copyOf(failures);
    }

    /** Deploys again and again on a cluster of its own, each time with another fault. */
    private abstract class Lane implements AutoCloseable {
        private final App app;
        private final ClusterPlatform platform;
        private String release = "first";
        private int deployed;

        Lane(App app, Duration patience) {
            this.app = app;
            platform = new ClusterPlatform(own(), image);
            platform.server().engine().start();
            platform.ended(platform.submit(app.manifest, release));
            platform.assertSettled("the first release", Optional.of(release));
            platform.restart(patience);
        }

        ClusterPlatform platform() {
            return platform;
        }

        void script(Scenario scenario) {
            Point point = scenario.point();
            platform.fake.faults().on(point.verb(), point.plural(), scenario.fault(), point.nth(), scenario.times());
        }

        Deployment submit(String next) {
            return platform.submit(app.manifest, next);
        }

        /**
         * Until it has ended, and for a moment longer, so that what comes after the end meets them too. At most a while: what
         * the deployment before has to take back may itself wait for the API server, and this one waits for that.
         */
        private void awaitFaultsToBeMet(Deployment deployment) {
            long latest = System.nanoTime() + FAULTS_MAX.toNanos();
            await().atMost(FAULTS_MAX.multipliedBy(2))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> platform.hasEnded(deployment) || System.nanoTime() - latest > 0);
            if (aftermath().isPositive()) {
                await().pollDelay(aftermath()).until(() -> true);
            }
        }

        Duration aftermath() {
            return Duration.ZERO;
        }

        abstract void check(Deployment ended, Scenario scenario);

        void run(Scenario scenario) {
            String next = "release-" + ++deployed;
            script(scenario);
            Deployment deployment = submit(next);
            awaitFaultsToBeMet(deployment);
            platform.fake.faults().none();
            Deployment ended = platform.ended(deployment);
            check(ended, scenario);
            if (ended.status() == DeploymentStatus.COMPLETE) {
                release = next;
            }
            platform.assertSettled(scenario + " " + ended.failure(), Optional.of(release));
        }

        @Override
        public void close() {
            platform.close();
        }
    }
}
