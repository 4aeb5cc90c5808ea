package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Address;
import im.backend.cluster.Change;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.cluster.LogRequest;
import im.backend.cluster.LogStream;
import im.backend.cluster.Selection;
import im.backend.cluster.Watch;
import im.backend.domain.ProjectId;
import im.backend.orchestrator.InstanceLogs;
import im.backend.orchestrator.LogLine;
import im.backend.orchestrator.ScheduledWorkload;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.kubernetes.label.InstanceName;
import im.backend.orchestrator.kubernetes.label.Ownership;
import im.backend.orchestrator.kubernetes.label.WorkloadLabels;
import im.backend.orchestrator.kubernetes.sight.PodDiagnosis;
import im.backend.orchestrator.log.InstanceId;
import im.backend.orchestrator.log.LogFolder;
import im.backend.orchestrator.log.LogSource;
import im.backend.problem.ProblemException;
import io.kubernetes.client.openapi.models.V1Pod;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Follows the logs of all pods of this server and keeps them on its own disk, so that they survive the pods, their
 * namespaces and their nodes. Safe for several threads.
 */
public final class KubernetesLogs implements InstanceLogs, AutoCloseable {
    /** A line of a pod that is read only to say why it failed has no place in the project's log. */
    private static final long NOWHERE = 0;

    private final Cluster cluster;
    private final Ownership ownership;
    private final LogFolder folder;
    private final Clock clock;
    private final Map<String, PodLogIntake> intakes = new HashMap<>();
    private final List<Watch> watches = new ArrayList<>();

    public KubernetesLogs(Cluster cluster, KubernetesSettings settings, LogFolder folder, Clock clock) {
        this.cluster = cluster;
        this.ownership = new Ownership(settings.owner());
        this.folder = folder;
        this.clock = clock;
    }

    public void start() {
        Selection ours = Selection.everywhere().labelled(Ownership.OWNER, ownership.owner());
        watches.add(cluster.watch(Kind.POD, ours, this::heard));
    }

    @Override
    public void close() {
        watches.forEach(Watch::close);
        synchronized (intakes) {
            intakes.values().forEach(PodLogIntake::close);
        }
    }

    @Override
    public List<LogLine> last(ProjectId project, int countMax) {
        return folder.of(project).last(countMax, line -> true);
    }

    @Override
    public List<LogLine> after(ProjectId project, long position, int countMax) {
        return folder.of(project).after(position, countMax);
    }

    /** Asks the cluster itself: what a pod wrote just before it failed may not have been taken over yet. */
    @Override
    public List<LogLine> tail(Workload.Key key, int countMax) {
        List<LogLine> lines = new ArrayList<>();
        Selection pods = Selection.everywhere()
                .labelled(Ownership.OWNER, ownership.owner())
                .labelled(Ownership.INSTANCE, InstanceName.of(key).value());
        for (V1Pod pod : cluster.list(Kind.POD, pods)) {
            LogRequest request = LogRequest.of(AppPod.CONTAINER).timestamped().last(countMax);
            List<LogLine> now = read(pod, request);
            lines.addAll(now.isEmpty() ? read(pod, request.ofPrevious()) : now);
        }
        lines.sort(java.util.Comparator.comparing(LogLine::at));
        return List.copyOf(lines.subList(Math.max(0, lines.size() - countMax), lines.size()));
    }

    private List<LogLine> read(V1Pod pod, LogRequest request) {
        List<LogLine> lines = new ArrayList<>();
        WorkloadLabels labels = WorkloadLabels.of(pod).orElseThrow();
        try (LogStream stream = cluster.logs(Address.of(pod), request);
                BufferedReader reader =
                        new BufferedReader(new InputStreamReader(stream.bytes(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                int blank = line.indexOf(' ');
                lines.add(new LogLine(
                        NOWHERE,
                        Instant.parse(blank < 0 ? line : line.substring(0, blank)),
                        labels.key().process(),
                        labels.key().ordinal(),
                        LogLine.deploymentMark(labels.key().deployment()),
                        labels.release().commit().shortForm(),
                        blank < 0 ? "" : line.substring(blank + 1)));
            }
        } catch (IOException | ProblemException notStarted) {
            // A container that never began wrote nothing; the cause is told by whoever looks at the pod.
            return lines;
        }
        return lines;
    }

    private void heard(Change<V1Pod> change) {
        synchronized (intakes) {
            switch (change) {
                case Change.All<V1Pod>(List<V1Pod> pods) -> {
                    List<String> there = pods.stream().map(KubernetesLogs::uid).toList();
                    List<String> gone = intakes.keySet().stream()
                            .filter(uid -> !there.contains(uid))
                            .toList();
                    gone.forEach(this::detach);
                    pods.forEach(this::attach);
                }
                case Change.Present<V1Pod>(V1Pod pod) -> attach(pod);
                case Change.Gone<V1Pod>(V1Pod pod) -> detach(uid(pod));
            }
        }
    }

    private void attach(V1Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        if (phase == null || phase.equals("Pending")) {
            return;
        }
        WorkloadLabels.of(pod)
                .ifPresent(labels -> intakes.computeIfAbsent(uid(pod), uid -> {
                    ProjectId project = labels.release().project();
                    LogSource source = new LogSource(new InstanceId(labels.key()), project, labels.release());
                    Path progress = folder.pathOf(project).resolve("pods").resolve(uid);
                    return new PodLogIntake(cluster, Address.of(pod), source, folder.of(project), progress, clock)
                            .start();
                }));
        tellExit(pod);
    }

    /** Nobody waits for a scheduled command, so its log says that it failed. */
    private void tellExit(V1Pod pod) {
        PodLogIntake intake = intakes.get(uid(pod));
        if (intake != null && ScheduledWorkload.isScheduled(intake.source().id().key())) {
            PodDiagnosis.lastExit(pod).filter(exit -> exit.code() != 0).ifPresent(intake::exited);
        }
    }

    private void detach(String uid) {
        PodLogIntake intake = intakes.remove(uid);
        if (intake != null) {
            intake.finish();
        }
    }

    private static String uid(V1Pod pod) {
        return Objects.requireNonNull(pod.getMetadata().getUid());
    }
}
