package im.backend.orchestrator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.cluster.Address;
import im.backend.cluster.ExecRequest;
import im.backend.cluster.ExecStreams;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.domain.Command;
import im.backend.domain.CommitHash;
import im.backend.domain.DeploymentId;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.SecretValue;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.LogLine;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.log.LogFolder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs, one-off commands and exec on a real kubelet and container runtime, whoever runs them. */
abstract class KubernetesHostingKit {
    private static final Duration SOON = Duration.ofSeconds(60);
    static final Project PROJECT = new Project(new ProjectId("admin-hosted"), Instant.EPOCH, 7, Optional.empty());
    private static final ReleaseName RELEASE = new ReleaseName(PROJECT.id(), new CommitHash("c".repeat(40)));

    @TempDir
    Path folder;

    private RealCluster real;
    private KubernetesOrchestrator orchestrator;
    private LogFolder logFolder;
    private KubernetesLogs logs;

    abstract RealCluster real();

    @BeforeEach
    void start() {
        real = real();
        orchestrator = new KubernetesOrchestrator(real.cluster, real.settings);
        logFolder = new LogFolder(folder.resolve("logs"));
        logs = new KubernetesLogs(real.cluster, real.settings, logFolder, Clock.systemUTC());
        logs.start();
        orchestrator.createNamespace(RELEASE);
    }

    @AfterEach
    void stop() {
        logs.close();
        orchestrator.removeNamespace(RELEASE);
        logFolder.delete(PROJECT.id());
    }

    @Test
    void whatAPodWroteOutlivesIt() {
        Workload workload = workload("/app/serve");
        orchestrator.start(workload);
        await().atMost(SOON).until(() -> texts().contains("serving " + RELEASE));
        assertThat(logs.tail(workload.key(), 5)).extracting(LogLine::text).containsExactly("serving " + RELEASE);

        orchestrator.stop(workload.key(), Duration.ofSeconds(5));

        assertThat(texts()).containsExactly("serving " + RELEASE);
    }

    @Test
    void aCommandRunsOnceAndItsOutputAndExitCodeComeBack() {
        List<String> output = new ArrayList<>();

        Exit exit = once("/app/serve hello", Duration.ofSeconds(60), output);

        assertThat(exit).isEqualTo(new Exit(7, false));
        assertThat(output).containsExactly("hello");
        assertThat(real.cluster.list(Kind.JOB, Selection.in(RELEASE.toString())))
                .isEmpty();
        assertThat(texts()).doesNotContain("hello");
    }

    @Test
    void aCommandThatTakesTooLongIsKilled() {
        List<String> output = new ArrayList<>();

        Exit exit = once("/app/serve", Duration.ofSeconds(8), output);

        assertThat(exit.code()).isEqualTo(124);
        assertThat(output).containsExactly("serving " + RELEASE);
        assertThat(real.cluster.list(Kind.POD, Selection.in(RELEASE.toString())))
                .isEmpty();
    }

    @Test
    void megabytesGoThroughAnExecBothWaysAndItEndsWithItsInput() {
        Address pod = running();
        byte[] sent = new byte[8 << 20];
        new Random(1).nextBytes(sent);
        ByteArrayOutputStream back = new ByteArrayOutputStream();

        int code = real.cluster.exec(
                pod,
                new ExecRequest(AppPod.CONTAINER, List.of("/app/serve", "repeat")),
                new ExecStreams(new ByteArrayInputStream(sent), back, new ByteArrayOutputStream()),
                SOON);

        assertThat(code).isZero();
        assertThat(back.toByteArray()).isEqualTo(sent);
    }

    @Test
    void anExecTellsItsExitCode() {
        ByteArrayOutputStream output = new ByteArrayOutputStream();

        int code = real.cluster.exec(
                running(),
                new ExecRequest(AppPod.CONTAINER, List.of("/app/serve", "hello")),
                ExecStreams.to(output, new ByteArrayOutputStream()),
                SOON);

        assertThat(code).isEqualTo(7);
        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo("hello\n");
    }

    private Address running() {
        Workload workload = workload("/app/serve");
        orchestrator.start(workload);
        await().atMost(SOON).until(() -> orchestrator.isRolledOut(workload.key()));
        return Address.in(
                RELEASE.toString(),
                real.cluster
                        .list(Kind.POD, Selection.in(RELEASE.toString()))
                        .getFirst()
                        .getMetadata()
                        .getName());
    }

    private Exit once(String command, Duration timeout, List<String> output) {
        return new KubernetesOneOff(real.cluster, real.settings).run(workload(command), timeout, output::add);
    }

    private List<String> texts() {
        return logs.last(PROJECT.id(), 100).stream().map(LogLine::text).toList();
    }

    private Workload workload(String command) {
        return new Workload(
                new Workload.Key(new DeploymentId(UUID.randomUUID()), "web", 0),
                PROJECT,
                RELEASE,
                RuntimeSpec.parse("go"),
                Command.parse(command),
                "/app",
                Map.of("RELEASE", new SecretValue(RELEASE.toString())),
                new Workload.Image(real.image, List.of()),
                List.of(),
                Workload.Terms.DEFAULT,
                new Workload.Port.Assigned());
    }
}
