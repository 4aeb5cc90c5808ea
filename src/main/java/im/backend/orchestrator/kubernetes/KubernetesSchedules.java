package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.Cluster.Propagation;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.domain.ProjectId;
import im.backend.domain.Schedule;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.ScheduledWorkload;
import im.backend.orchestrator.Schedules;
import im.backend.orchestrator.kubernetes.label.InstanceName;
import im.backend.orchestrator.kubernetes.label.Ownership;
import im.backend.orchestrator.kubernetes.label.WorkloadLabels;
import im.backend.orchestrator.kubernetes.sight.PodDiagnosis;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.models.V1CronJob;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1JobCondition;
import io.kubernetes.client.openapi.models.V1Pod;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Leaves it to the cluster to keep the times: a CronJob for each command, in its release's namespace. The cluster is the only
 * memory, and keeps the times while the server is down.
 */
final class KubernetesSchedules implements Schedules {
    private static final Duration GONE_MARGIN = Duration.ofSeconds(60);
    private static final String LATE = "DeadlineExceeded";

    private final Cluster cluster;
    private final KubernetesSettings settings;
    private final LastApplied applied;
    private final Ownership ownership;
    private final WorkloadObjects objects;
    private final Clock clock;

    KubernetesSchedules(Cluster cluster, KubernetesSettings settings, LastApplied applied, Clock clock) {
        this.cluster = cluster;
        this.applied = applied;
        this.settings = settings;
        this.ownership = new Ownership(settings.owner());
        this.objects = new WorkloadObjects(settings, ownership);
        this.clock = clock;
    }

    /** Those that go are gone before one comes, so that no two of one entry run at once. */
    @Override
    public void replace(ProjectId project, List<ScheduledWorkload> commands) {
        Set<String> wanted = commands.stream()
                .map(command -> InstanceName.of(command.workload().key()).value())
                .collect(Collectors.toSet());
        cluster.list(Kind.CRON_JOB, ownership.of(project)).stream()
                .filter(cronJob -> !wanted.contains(cronJob.getMetadata().getName()))
                .map(Address::of)
                .forEach(this::remove);
        commands.forEach(command -> {
            applied.apply(Kind.SECRET, objects.environment(command.workload()));
            applied.apply(Kind.CRON_JOB, objects.cronJob(command));
        });
    }

    @Override
    public List<State> states(ProjectId project) {
        Selection ours = ownership.of(project);
        List<V1CronJob> cronJobs = cluster.list(Kind.CRON_JOB, ours).stream()
                .filter(cronJob -> cronJob.getMetadata().getDeletionTimestamp() == null)
                .toList();
        if (cronJobs.isEmpty()) {
            return List.of();
        }
        List<V1Job> jobs = cluster.list(Kind.JOB, ours);
        List<V1Pod> runs = cluster.list(Kind.POD, ours);
        return cronJobs.stream()
                .flatMap(cronJob -> WorkloadLabels.of(cronJob).stream()
                        .map(labels -> state(ScheduledWorkload.name(labels.key()), cronJob, jobs, runs)))
                .sorted(Comparator.comparing(State::name))
                .toList();
    }

    private void remove(Address cronJob) {
        applied.forget(cronJob);
        cluster.deleteAndWait(Kind.CRON_JOB, cronJob, settings.stopGrace().plus(GONE_MARGIN));
        cluster.delete(Kind.SECRET, cronJob, Propagation.BACKGROUND);
    }

    private State state(String name, V1CronJob cronJob, List<V1Job> jobs, List<V1Pod> runs) {
        Schedule schedule = new Schedule(cronJob.getSpec().getSchedule());
        boolean suspended = Boolean.TRUE.equals(cronJob.getSpec().getSuspend());
        Optional<V1Job> last = jobs.stream()
                .filter(job -> isOf(job, cronJob.getMetadata().getName()))
                .max(Comparator.comparing(KubernetesSchedules::begun));
        return new State(
                name,
                schedule,
                suspended ? Optional.empty() : Optional.of(schedule.next(clock.instant())),
                last.map(job -> new Run(begun(job), outcome(job, runs))));
    }

    private static boolean isOf(KubernetesObject run, String instance) {
        return Ownership.label(run.getMetadata(), Ownership.INSTANCE).equals(Optional.of(instance));
    }

    private static Instant begun(V1Job job) {
        return Optional.ofNullable(job.getStatus())
                .flatMap(status -> Optional.ofNullable(status.getStartTime()))
                .or(() -> Optional.ofNullable(job.getMetadata().getCreationTimestamp()))
                .map(OffsetDateTime::toInstant)
                .orElse(Instant.EPOCH);
    }

    private static Outcome outcome(V1Job job, List<V1Pod> runs) {
        if (condition(job, "Complete").isPresent()) {
            return new Outcome.Ended(new Exit(0, false));
        }
        Optional<V1JobCondition> failed = condition(job, "Failed");
        if (failed.isEmpty()) {
            return new Outcome.Running();
        }
        if (LATE.equals(failed.get().getReason())) {
            return new Outcome.Failed("ended after " + job.getSpec().getActiveDeadlineSeconds() + " s, its timeout");
        }
        String jobName = String.valueOf(job.getMetadata().getName());
        Optional<Exit> exit = runs.stream()
                .filter(pod -> Ownership.label(pod.getMetadata(), "batch.kubernetes.io/job-name")
                        .equals(Optional.of(jobName)))
                .flatMap(pod -> PodDiagnosis.lastExit(pod).stream())
                .findFirst();
        return exit.<Outcome>map(Outcome.Ended::new)
                .orElseGet(() -> new Outcome.Failed(
                        Optional.ofNullable(failed.get().getMessage()).orElse("Its pod is gone.")));
    }

    private static Optional<V1JobCondition> condition(V1Job job, String type) {
        return Optional.ofNullable(job.getStatus())
                .flatMap(status -> Optional.ofNullable(status.getConditions()))
                .flatMap(conditions -> conditions.stream()
                        .filter(condition -> type.equals(condition.getType()) && "True".equals(condition.getStatus()))
                        .findFirst());
    }
}
