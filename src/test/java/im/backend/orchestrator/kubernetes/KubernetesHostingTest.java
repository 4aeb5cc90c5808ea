package im.backend.orchestrator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.cluster.FakeCluster;
import im.backend.cluster.Faults;
import im.backend.cluster.Kind;
import im.backend.cluster.ObjectKey;
import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.Command;
import im.backend.domain.CommitHash;
import im.backend.domain.DeploymentId;
import im.backend.domain.Digest;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.domain.RuntimeSpec;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.LogLine;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.log.LogFolder;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs, one-off commands and storage on the fake cluster, whose pods are real processes. */
@Tag("slow")
final class KubernetesHostingTest {
    private static final Project PROJECT = new Project(new ProjectId("admin-shop"), Instant.EPOCH, 7, Optional.empty());
    private static final ReleaseName RELEASE = new ReleaseName(PROJECT.id(), new CommitHash("a".repeat(40)));
    private static final Digest IMAGE = Digest.ofSha256Hex("0".repeat(64));
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String SERVE = """
        import http.server, os
        print("serving", flush=True)
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = b"ok"
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
        http.server.ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
        """;
    private static final String ONCE = """
        import sys, time
        print("one", flush=True)
        time.sleep(float(sys.argv[1]))
        print("two", flush=True)
        sys.exit(7)
        """;

    @TempDir
    Path folder;

    private FakeCluster fake;
    private Cluster cluster;
    private KubernetesSettings settings;
    private LogFolder logFolder;
    private KubernetesLogs logs;
    private KubernetesOrchestrator orchestrator;

    @BeforeEach
    void start() throws IOException {
        Path app = Files.createDirectories(folder.resolve("image/app"));
        Files.writeString(app.resolve("serve.py"), SERVE);
        Files.writeString(app.resolve("once.py"), ONCE);
        Files.writeString(
                app.resolve("long.py"), "import time\nprint('x' * 40_000 + 'end', flush=True)\ntime.sleep(600)\n");
        fake = new FakeCluster(folder).start();
        fake.node().image("fake/" + IMAGE, folder.resolve("image"));
        fake.store().create(new ObjectKey(Kind.NODE, "", "node"), JsonNodeFactory.instance.objectNode());
        cluster = Cluster.open(ClusterSettings.of(fake.kubeconfig()).withPatience(Duration.ofSeconds(20)));
        settings = new KubernetesSettings(
                "owner",
                (project, image) -> "fake/" + image,
                Optional.empty(),
                "kube-system",
                new KubernetesSettings.StorageSettings(Optional.empty(), folder.resolve("data")),
                Duration.ofSeconds(2),
                Duration.ofSeconds(30));
        logFolder = new LogFolder(folder.resolve("logs"));
        logs = new KubernetesLogs(cluster, settings, logFolder, Clock.systemUTC());
        logs.start();
        orchestrator = new KubernetesOrchestrator(cluster, settings);
    }

    @AfterEach
    void stop() {
        logs.close();
        cluster.close();
        fake.close();
    }

    @Test
    void whatPodsWroteOutlivesTheirNamespace() {
        start(key(), "python3 serve.py");
        await().atMost(SOON).until(() -> texts().contains("serving"));

        orchestrator.removeNamespace(RELEASE);

        await().atMost(SOON)
                .until(() -> fake.store()
                        .get(ObjectKey.namespace(RELEASE.toString()))
                        .isEmpty());
        assertThat(texts()).contains("serving");
    }

    @Test
    void eachLineIsKeptOnceOverCutsAndRestartsOfTheServer() {
        fake.faults().on("log", "pods", new Faults.Fault.CutAfter(), 0, 2);
        start(key(), "python3 serve.py");
        await().atMost(SOON).until(() -> fake.faults().count("log", "pods") >= 3);
        logs.close();

        logs = new KubernetesLogs(cluster, settings, logFolder, Clock.systemUTC());
        logs.start();

        await().atMost(SOON).until(() -> fake.faults().count("log", "pods") >= 5);
        assertThat(texts().stream().filter("serving"::equals)).hasSize(1);
    }

    @Test
    void whatTheKubeletSaysIsNotWhatTheAppWrote() {
        fake.faults().on("log", "pods", new Faults.Fault.Says("unable to retrieve container logs for containerd://1"));
        start(key(), "python3 serve.py");

        await().atMost(SOON).until(() -> fake.faults().count("log", "pods") >= 2);

        assertThat(texts()).containsExactly("serving");
    }

    @Test
    void aLineLongerThanABufferIsKeptInWhole() {
        start(key(), "python3 long.py");

        await().atMost(SOON).until(() -> String.join("", texts()).endsWith("end"));

        assertThat(String.join("", texts())).isEqualTo("x".repeat(40_000) + "end");
    }

    @Test
    void theTailOfAnInstanceSaysWhyItFailed() {
        Workload.Key key = key();
        start(key, "python3 once.py 0");

        await().atMost(SOON).until(() -> orchestrator.lastExit(key).isPresent());

        assertThat(orchestrator.lastExit(key).orElseThrow().code()).isEqualTo(7);
        assertThat(logs.tail(key, 10)).extracting(LogLine::text).endsWith("one", "two");
    }

    @Test
    void aCommandRunsOnceAndItsOutputAndExitCodeComeBack() {
        List<String> output = new ArrayList<>();

        Exit exit = once("python3 once.py 0.2", Duration.ofSeconds(30), output);

        assertThat(exit).isEqualTo(new Exit(7, false));
        assertThat(output).containsExactly("one", "two");
        assertThat(fake.store().list(Kind.JOB, "")).isEmpty();
        assertThat(texts()).isEmpty();
    }

    @Test
    void theOutputOfACommandComesThroughBrokenStreamsOnce() {
        fake.faults().on("log", "pods", new Faults.Fault.CutAfter());
        fake.faults().on("apply", "jobs", new Faults.Fault.CutAfter());
        fake.faults().on("list", "pods", new Faults.Fault.Answer(500, 0), 2, 2);
        List<String> output = new ArrayList<>();

        Exit exit = once("python3 once.py 1", Duration.ofSeconds(30), output);

        assertThat(exit).isEqualTo(new Exit(7, false));
        assertThat(output).containsExactly("one", "two");
    }

    @Test
    void aCommandThatTakesTooLongIsKilled() {
        List<String> output = new ArrayList<>();

        Exit exit = once("python3 once.py 60", Duration.ofSeconds(4), output);

        assertThat(exit.code()).isEqualTo(124);
        assertThat(output).containsExactly("one");
        await().atMost(SOON).until(() -> fake.store().list(Kind.POD, "").isEmpty());
    }

    @Test
    void aCommandWhosePodTheQuotaForbidsIsNotWaitedFor() {
        ObjectNode quota = JsonNodeFactory.instance.objectNode();
        quota.putObject("spec").putObject("hard").put("pods", "0");
        fake.store().create(new ObjectKey(Kind.RESOURCE_QUOTA, RELEASE.toString(), "tight"), quota);

        assertThatThrownBy(() -> once("python3 once.py 0.2", Duration.ofSeconds(30), new ArrayList<>()))
                .isInstanceOfSatisfying(ProblemException.class, refused -> {
                    assertThat(refused.problem().slug()).isEqualTo("quota-exceeded");
                    assertThat(refused.problem().detail()).contains("exceeded quota: tight");
                });
        assertThat(fake.store().list(Kind.JOB, "")).isEmpty();
    }

    @Test
    void anInterruptKillsTheCommand() throws InterruptedException {
        List<String> output = new CopyOnWriteArrayList<>();
        List<String> said = new CopyOnWriteArrayList<>();
        Thread caller = Thread.ofVirtual().start(() -> {
            try {
                once("python3 once.py 60", Duration.ofSeconds(60), output);
            } catch (ProblemException cancelled) {
                said.add(cancelled.problem().slug());
            }
        });
        await().atMost(SOON).until(() -> output.contains("one"));

        caller.interrupt();
        caller.join(SOON);

        assertThat(said).containsExactly("cancelled");
        assertThat(fake.store().list(Kind.JOB, "")).isEmpty();
    }

    @Test
    void aProjectsStorageIsDeletedForGood() throws IOException {
        orchestrator.createNamespace(RELEASE);
        orchestrator.createVolumes(PROJECT, RELEASE, List.of(new VolumeClaim("data", "/data", 1 << 20, false)));
        Path file = folder.resolve("data/admin-shop/data/file");
        Files.writeString(file, "kept");
        KubernetesStorage storage = new KubernetesStorage(cluster, settings, logFolder);
        assertThat(storage.usedBytes(PROJECT.id())).isEqualTo(4);
        orchestrator.removeNamespace(RELEASE);
        assertThat(file).exists();

        storage.delete(PROJECT.id());

        assertThat(file).doesNotExist();
        await().atMost(SOON)
                .until(() -> fake.store().list(Kind.PERSISTENT_VOLUME, "").isEmpty());
    }

    @Test
    void whatAStorageClassMadeIsDeletedByItsMakerAfterManyReleases() throws IOException {
        ObjectNode standard = JsonNodeFactory.instance.objectNode();
        standard.putObject("metadata")
                .putObject("annotations")
                .put("storageclass.kubernetes.io/is-default-class", "true");
        fake.store().create(new ObjectKey(Kind.STORAGE_CLASS, "", "standard"), standard);
        ReleaseName last = RELEASE;
        bind(last);
        await().atMost(SOON)
                .until(() -> fake.store().list(Kind.PERSISTENT_VOLUME, "").size() == 1);
        Path made = folder.resolve("volumes")
                .resolve(fake.store()
                        .list(Kind.PERSISTENT_VOLUME, "")
                        .getFirst()
                        .getKey()
                        .name());
        Files.writeString(Files.createDirectories(made).resolve("file"), "kept");
        for (char digit : "bcd".toCharArray()) {
            ReleaseName next = new ReleaseName(
                    PROJECT.id(), new CommitHash(String.valueOf(digit).repeat(40)));
            bind(next);
            orchestrator.removeNamespace(last);
            last = next;
        }
        assertThat(made.resolve("file")).hasContent("kept");
        orchestrator.removeNamespace(last);

        new KubernetesStorage(cluster, settings, logFolder).delete(PROJECT.id());

        await().atMost(SOON)
                .until(() -> fake.store().list(Kind.PERSISTENT_VOLUME, "").isEmpty());
        assertThat(made).doesNotExist();
    }

    private void bind(ReleaseName release) {
        orchestrator.createNamespace(release);
        orchestrator.createVolumes(PROJECT, release, List.of(new VolumeClaim("data", "/data", 1 << 20, false)));
    }

    private Exit once(String command, Duration timeout, List<String> output) {
        orchestrator.createNamespace(RELEASE);
        return new KubernetesOneOff(cluster, settings).run(workload(key(), command), timeout, output::add);
    }

    private void start(Workload.Key key, String command) {
        orchestrator.createNamespace(RELEASE);
        orchestrator.start(workload(key, command));
    }

    private static Workload.Key key() {
        return new Workload.Key(new DeploymentId(UUID.randomUUID()), "web", 0);
    }

    private static Workload workload(Workload.Key key, String command) {
        return new Workload(
                key,
                PROJECT,
                RELEASE,
                RuntimeSpec.parse("python"),
                Command.parse(command),
                "/app",
                Map.of(),
                new Workload.Image(IMAGE, List.of()),
                List.of(),
                Workload.Terms.DEFAULT,
                new Workload.Port.Assigned());
    }

    private List<String> texts() {
        return logs.last(PROJECT.id(), 100).stream().map(LogLine::text).toList();
    }
}
