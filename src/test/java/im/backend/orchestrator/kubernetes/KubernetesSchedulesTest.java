package im.backend.orchestrator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.cluster.FakeCluster;
import im.backend.cluster.Kind;
import im.backend.cluster.ObjectKey;
import im.backend.orchestrator.LogLine;
import im.backend.orchestrator.Schedules;
import im.backend.orchestrator.SchedulesContract;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.kubernetes.label.Ownership;
import im.backend.orchestrator.log.LogFolder;
import io.kubernetes.client.openapi.models.V1CronJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scheduled commands as CronJobs on the fake cluster, whose pods are real processes. */
@Tag("slow")
final class KubernetesSchedulesTest extends SchedulesContract {
    @TempDir
    Path folder;

    private FakeCluster fake;
    private Cluster cluster;
    private KubernetesSettings settings;
    private KubernetesLogs logs;
    private Schedules schedules;

    @BeforeEach
    void start() throws IOException {
        Path app = Files.createDirectories(folder.resolve("image/app"));
        Files.writeString(app.resolve("job.py"), JOB);
        fake = new FakeCluster(folder).start();
        fake.node().image("fake/" + digest(), folder.resolve("image"));
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
        logs = new KubernetesLogs(cluster, settings, new LogFolder(folder.resolve("logs")), Clock.systemUTC());
        logs.start();
        KubernetesOrchestrator orchestrator = new KubernetesOrchestrator(cluster, settings);
        schedules = orchestrator.schedules(fake.clock());
        orchestrator.createNamespace(release('a'));
        orchestrator.createNamespace(release('b'));
    }

    @AfterEach
    void stop() {
        logs.close();
        cluster.close();
        fake.close();
    }

    @Override
    protected Schedules schedules() {
        return schedules;
    }

    @Override
    protected Instant now() {
        return fake.clock().instant();
    }

    @Override
    protected void passTo(Instant moment) {
        fake.clock().set(moment);
    }

    @Override
    protected Workload.Image image() {
        return new Workload.Image(digest(), List.of());
    }

    @Override
    protected List<LogLine> log() {
        return logs.last(PROJECT.id(), 1_000);
    }

    @Override
    protected long runs() {
        return fake.store().list(Kind.POD, "").stream()
                .filter(pod -> !List.of("Succeeded", "Failed")
                        .contains(pod.getValue().at("/status/phase").asText()))
                .count();
    }

    @Test
    void aSuspendedCronJobHasNoNextTime() {
        schedules.replace(PROJECT.id(), List.of(command('a', "report", "hello 0")));
        V1CronJob cronJob = cluster.list(Kind.CRON_JOB, new Ownership("owner").of(PROJECT.id()))
                .getFirst();
        cronJob.getSpec().suspend(true);
        cronJob.getMetadata().managedFields(null);

        cluster.apply(Kind.CRON_JOB, cronJob);

        assertThat(state("report").next()).isEmpty();
    }

    @Test
    void nothingOfAReplacedCommandStaysInTheCluster() {
        schedules.replace(PROJECT.id(), List.of(command('a', "report", "hello 0")));
        schedules.replace(PROJECT.id(), List.of(command('b', "report", "hello 0")));

        assertThat(fake.store().list(Kind.CRON_JOB, release('a').toString())).isEmpty();
        assertThat(fake.store().list(Kind.SECRET, release('a').toString())).isEmpty();
        assertThat(fake.store().list(Kind.CRON_JOB, release('b').toString())).hasSize(1);
    }
}
