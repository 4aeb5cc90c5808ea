package im.backend.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import im.backend.cluster.Faults.Fault;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1EmptyDirVolumeSource;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What streams of a pod do when the API server refuses them, breaks them or says nothing: never twice, never silently less. */
final class PodStreamFaultsTest {
    private static final Duration CALL_MAX = Duration.ofSeconds(1);
    private static final Duration LATER = Duration.ofSeconds(5);
    private static final Address POD = Address.in("space", "tools");
    private static final String NOTE = "open('/kept/ran', 'a').write('x'); print('done', flush=True)";

    @TempDir
    Path folder;

    private FakeCluster fake;
    private Cluster cluster;

    @BeforeEach
    void start() throws IOException {
        assumeThat(Path.of("/usr/bin/bwrap")).as("bubblewrap runs the pod").exists();
        fake = new FakeCluster(folder).start();
        fake.node().image("tools", Files.createDirectories(folder.resolve("image")));
        cluster = Cluster.open(
                ClusterSettings.of(fake.kubeconfig()).withCallTimeout(CALL_MAX).withPatience(Duration.ofSeconds(10)));
        cluster.apply(Kind.NAMESPACE, new V1Namespace().metadata(new V1ObjectMeta().name("space")));
        cluster.apply(Kind.POD, pod("import time; print('one', flush=True); print('two', flush=True); time.sleep(60)"));
        await().until(() -> fake.store()
                .get(new ObjectKey(Kind.POD, "space", "tools"))
                .orElseThrow()
                .at("/status/phase")
                .asText()
                .equals("Running"));
        await().until(() -> lines(LogRequest.of("app")).size() == 2);
        fake.faults().none();
    }

    @AfterEach
    void stop() {
        if (fake != null) {
            cluster.close();
            fake.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503, 504})
    void aProgramThatIsRefusedForNowRunsOnceLater(int code) throws IOException {
        fake.faults().on("exec", "pods", new Fault.Answer(code, 0), 0, 2);

        assertThat(run(NOTE)).isEqualTo("0 done\n");
        assertThat(runs()).isEqualTo(1);
    }

    @Test
    void aProgramThatIsRefusedForGoodIsNotTriedAgain() throws IOException {
        fake.faults().on("exec", "pods", new Fault.Answer(403, 0));

        ClusterContract.assertProblem(() -> run(NOTE), "cluster-denied", "exec in pod space/tools");
        assertThat(runs()).isZero();
        assertThat(fake.faults().count("exec", "pods")).isEqualTo(1);
    }

    @Test
    void aProgramWhoseStreamBreaksIsNeverRunTwice() throws IOException {
        fake.faults().on("exec", "pods", new Fault.CutAfter());
        ClusterContract.assertProblem(() -> run(NOTE), "cluster-unreachable", "exec in pod space/tools");

        fake.faults().on("exec", "pods", new Fault.CutBefore());
        ClusterContract.assertProblem(() -> run(NOTE), "cluster-unreachable", "exec in pod space/tools");

        assertThat(runs()).isLessThanOrEqualTo(1);
        assertThat(fake.faults().count("exec", "pods")).isEqualTo(2);
    }

    @Test
    void aProgramThatDoesNotBeginIsGivenUpInTime() {
        fake.faults().on("exec", "pods", new Fault.Slow(LATER));
        long begun = System.nanoTime();

        ClusterContract.assertProblem(() -> run(NOTE), "cluster-unreachable", "no answer within 1000 ms");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(LATER);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503, 504})
    void aLogThatIsRefusedForNowIsReadLater(int code) throws IOException {
        fake.faults().on("log", "pods", new Fault.Answer(code, 0), 0, 2);

        assertThat(lines(LogRequest.of("app"))).containsExactly("one", "two");
    }

    @Test
    void aLogThatIsRefusedForGoodIsToldAtOnce() {
        fake.faults().on("log", "pods", new Fault.Answer(403, 0));

        ClusterContract.assertProblem(() -> lines(LogRequest.of("app")), "cluster-denied", "read the log of pod");
    }

    @Test
    void aLogWhoseConnectionIsCutBeforeIsReadLater() throws IOException {
        fake.faults().on("log", "pods", new Fault.CutBefore());

        assertThat(lines(LogRequest.of("app"))).containsExactly("one", "two");
    }

    @Test
    void aLogThatBreaksOffIsNotTakenForItsEnd() {
        fake.faults().on("log", "pods", new Fault.CutAfter());

        assertThatThrownBy(() -> lines(LogRequest.of("app").following())).isInstanceOf(IOException.class);
    }

    @Test
    void aLogThatDoesNotBeginIsAskedForAgain() throws IOException {
        fake.faults().on("log", "pods", new Fault.Slow(LATER));
        long begun = System.nanoTime();

        assertThat(lines(LogRequest.of("app"))).containsExactly("one", "two");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(LATER);
    }

    @Test
    void aWatchThatDoesNotBeginIsAskedForAgain() {
        fake.faults().on("watch", "configmaps", new Fault.Slow(Duration.ofMinutes(1)));
        List<String> seen = new CopyOnWriteArrayList<>();
        Watch watch = cluster.watch(Kind.CONFIG_MAP, Selection.in("space"), change -> {
            if (change instanceof Change.Present<V1ConfigMap>(V1ConfigMap object)) {
                seen.add(object.getMetadata().getName());
            }
        });
        try (watch) {
            await().until(() -> fake.faults().count("watch", "configmaps") > 0);

            cluster.apply(
                    Kind.CONFIG_MAP,
                    new V1ConfigMap()
                            .metadata(new V1ObjectMeta().namespace("space").name("late")));

            await().atMost(Duration.ofSeconds(8)).until(() -> seen.contains("late"));
        }
    }

    private String run(String program) throws IOException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        int code = cluster.exec(
                POD,
                new ExecRequest("app", List.of("python3", "-c", program)),
                ExecStreams.to(output, output),
                Duration.ofSeconds(20));
        return code + " " + output.toString(StandardCharsets.UTF_8);
    }

    private long runs() throws IOException {
        try (var files = Files.walk(folder.resolve("pods"))) {
            Path ran =
                    files.filter(file -> file.endsWith("kept/ran")).findFirst().orElse(folder.resolve("none"));
            return Files.exists(ran) ? Files.size(ran) : 0;
        }
    }

    private List<String> lines(LogRequest request) throws IOException {
        try (LogStream stream = cluster.logs(POD, request);
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(stream.bytes(), StandardCharsets.UTF_8))) {
            return reader.readAllLines();
        }
    }

    private static V1Pod pod(String program) {
        return new V1Pod()
                .metadata(new V1ObjectMeta().namespace("space").name("tools"))
                .spec(new V1PodSpec()
                        .overhead(null)
                        .volumes(List.of(new V1Volume().name("kept").emptyDir(new V1EmptyDirVolumeSource())))
                        .containers(List.of(new V1Container()
                                .name("app")
                                .image("tools")
                                .command(List.of("python3", "-c", program))
                                .volumeMounts(
                                        List.of(new V1VolumeMount().name("kept").mountPath("/kept"))))));
    }
}
