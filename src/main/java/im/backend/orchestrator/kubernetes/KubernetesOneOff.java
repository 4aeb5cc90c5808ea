package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.Hindrance;
import im.backend.orchestrator.OneOff;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.kubernetes.label.InstanceName;
import im.backend.orchestrator.kubernetes.label.WorkloadLabels;
import im.backend.orchestrator.kubernetes.sight.PodDiagnosis;
import im.backend.orchestrator.kubernetes.sight.ReleaseEvents;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1JobSpec;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs a command as a Job in the release's namespace, with the files, variables, volumes and limits of its instances. The Job
 * is tried once, and removed with its pod when it is done, late or cancelled; what a killed server leaves behind ends at its
 * deadline and is removed by the cluster.
 */
public final class KubernetesOneOff implements OneOff {
    private static final System.Logger LOG = System.getLogger(KubernetesOneOff.class.getName());
    private static final Duration POLL = Duration.ofMillis(250);
    /** A Job's status does not say why it has no pod; its warnings do. */
    private static final int LOOKS_TO_WARNINGS = 4;
    /** The server's own deadline comes first, because it can say more. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private static final Duration GONE_WITHIN = Duration.ofSeconds(45);
    private static final int KEPT_SECONDS = 300;
    private static final int LATE = 124;
    private static final int READS_MAX = 20;
    private static final int REMOVALS_MAX = 20;
    private static final Duration REMOVAL_PAUSE = Duration.ofSeconds(1);
    private static final String RUN = "backend.im/run";

    private final Cluster cluster;
    private final AppPods pods;

    public KubernetesOneOff(Cluster cluster, KubernetesSettings settings) {
        this.cluster = cluster;
        this.pods = new AppPods(cluster, settings);
    }

    @Override
    public Exit run(Workload workload, Duration timeout, Consumer<String> output) {
        long deadline = System.nanoTime() + timeout.toNanos();
        Address job = Address.in(
                workload.release().toString(),
                "run-" + InstanceName.of(workload.key()).value());
        // Of the same key, left by a server that was killed: a migration must not run beside itself.
        cluster.deleteAndWait(Kind.JOB, job, GONE_WITHIN);
        try {
            V1PodTemplateSpec pod = pods.once(workload);
            V1Job made = cluster.apply(Kind.JOB, job(job, pod, timeout));
            return await(workload, made, deadline, output);
        } catch (ProblemException failed) {
            if (Thread.currentThread().isInterrupted()) {
                throw cancelled(workload, failed);
            }
            throw failed;
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw cancelled(workload, cancelled);
        } finally {
            // In a thread of its own: this one may be interrupted, and then none of its calls would come through.
            CountDownLatch tried = new CountDownLatch(1);
            Thread.ofVirtual().name("removal of " + job).start(() -> remove(job, workload, tried));
            awaitDespiteInterrupt(tried);
        }
    }

    private static V1Job job(Address address, V1PodTemplateSpec template, Duration timeout) {
        Map<String, String> labels = new HashMap<>(template.getMetadata().getLabels());
        // Its output goes to whoever asked for it, and not into the project's log as well.
        labels.remove(WorkloadLabels.DEPLOYMENT);
        labels.put(RUN, address.name());
        template.getMetadata().labels(labels);
        template.getSpec().restartPolicy("Never");
        return new V1Job()
                .metadata(new V1ObjectMeta()
                        .namespace(address.namespace())
                        .name(address.name())
                        .labels(labels))
                .spec(new V1JobSpec()
                        .backoffLimit(0)
                        .activeDeadlineSeconds(timeout.plus(MARGIN).toSeconds())
                        .ttlSecondsAfterFinished(KEPT_SECONDS)
                        .template(template));
    }

    private Exit await(Workload workload, V1Job made, long deadline, Consumer<String> output)
            throws InterruptedException {
        Address job = Address.of(made);
        Instant heard = Instant.EPOCH;
        Optional<String> seen = Optional.empty();
        int tries = 0;
        for (int look = 1; ; look++) {
            Optional<V1Pod> pod = pod(job);
            if (pod.isPresent()) {
                seen = Optional.of(pod.get().getMetadata().getName());
                Optional<Exit> exit = PodDiagnosis.lastExit(pod.get());
                // A command of a few milliseconds has ended before its pod is said to have begun.
                if (begun(pod.get()) || exit.isPresent()) {
                    PodOutput lines =
                            new PodOutput(cluster, Address.in(job.namespace(), seen.get()), AppPod.CONTAINER, heard);
                    OneOffOutput stream = new OneOffOutput(lines, heard);
                    hear(stream, deadline, output);
                    heard = stream.heard();
                    // What broke off is read again, so that no line is missing; but an exit code is not held back for
                    // long.
                    tries += exit.isPresent() ? 1 : 0;
                    if (exit.isPresent() && (stream.isComplete() || tries == READS_MAX)) {
                        return exit.get();
                    }
                }
                endIfItStays(PodDiagnosis.hindrance(pod.get()));
            } else if (seen.isPresent()) {
                throw new Problem.StageFailed(
                                "run-lost",
                                "`" + workload.command() + "` was ended by the cluster: its pod " + seen.get()
                                        + " is gone.",
                                "Look at the node with `kubectl get events -A`, then run it again.",
                                List.of())
                        .asException();
            } else if (look % LOOKS_TO_WARNINGS == 0) {
                endIfItStays(ReleaseEvents.in(cluster, job.namespace()).hindrance(made));
            }
            if (System.nanoTime() - deadline > 0) {
                return new Exit(LATE, false);
            }
            Thread.sleep(POLL);
        }
    }

    private static void endIfItStays(Optional<Hindrance> hindrance) {
        hindrance.filter(seen -> seen.outlook() == Hindrance.Outlook.STAYS).ifPresent(seen -> {
            throw seen.problem(List.of()).asException();
        });
    }

    /** Follows the output to its end, a break or the deadline. */
    private static void hear(OneOffOutput stream, long deadline, Consumer<String> output) throws InterruptedException {
        Thread reader = Thread.ofVirtual().name("output of a command").start(stream);
        try {
            while (reader.isAlive() && System.nanoTime() - deadline < 0) {
                stream.drainTo(output, POLL);
            }
            stream.drainTo(output, Duration.ZERO);
        } finally {
            reader.interrupt();
        }
    }

    private Optional<V1Pod> pod(Address job) {
        return cluster.list(Kind.POD, Selection.in(job.namespace()).labelled(RUN, job.name())).stream()
                .findFirst();
    }

    private static boolean begun(V1Pod pod) {
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return phase != null && !phase.equals("Pending");
    }

    /**
     * What can not be removed while the API server is away is removed when it is back. Given up sooner than what a deployment
     * takes back, and without anybody waiting: the cluster ends and removes the Job by itself ({@link #KEPT_SECONDS}).
     */
    private void remove(Address job, Workload workload, CountDownLatch tried) {
        Address secret =
                Address.in(job.namespace(), InstanceName.of(workload.key()).value());
        for (int tries = 1; ; tries++) {
            try {
                cluster.deleteAndWait(Kind.JOB, job, GONE_WITHIN);
                cluster.delete(Kind.SECRET, secret, Cluster.Propagation.BACKGROUND);
                return;
            } catch (ProblemException away) {
                if (tries == REMOVALS_MAX) {
                    LOG.log(System.Logger.Level.WARNING, "not removed: Job " + job, away);
                    return;
                }
            } finally {
                tried.countDown();
            }
            try {
                Thread.sleep(REMOVAL_PAUSE.multipliedBy(tries));
            } catch (InterruptedException stop) {
                return;
            }
        }
    }

    private static void awaitDespiteInterrupt(CountDownLatch tried) {
        boolean interrupted = Thread.interrupted();
        try {
            var _ = tried.await(GONE_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException again) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static ProblemException cancelled(Workload workload, Exception cause) {
        return new Problem.StageFailed(
                        "cancelled", "`" + workload.command() + "` was cancelled and killed.", "", List.of())
                .asException(cause);
    }
}
