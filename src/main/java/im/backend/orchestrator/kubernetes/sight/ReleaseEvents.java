package im.backend.orchestrator.kubernetes.sight;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.orchestrator.Hindrance;
import im.backend.problem.ProblemException;
import io.kubernetes.client.openapi.models.CoreV1Event;
import io.kubernetes.client.openapi.models.CoreV1EventSeries;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1ObjectReference;
import io.kubernetes.client.openapi.models.V1Pod;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The warnings in a release's namespace: what its objects' status does not say, as a mount that fails, a probe that is not
 * answered, a volume that nobody makes. One call for all of them, to be made only while something is not ready.
 */
public record ReleaseEvents(List<CoreV1Event> latestFirst) {
    private static final System.Logger LOG = System.getLogger(ReleaseEvents.class.getName());

    static Selection of(String namespace) {
        return Selection.in(namespace).where("type", "Warning");
    }

    static ReleaseEvents sorted(List<CoreV1Event> warnings) {
        return new ReleaseEvents(warnings.stream()
                .sorted(Comparator.comparing(ReleaseEvents::at).reversed())
                .toList());
    }

    /** None where the cluster lets nobody read them: without them the rest is still told. */
    public static ReleaseEvents in(Cluster cluster, String namespace) {
        try {
            return sorted(cluster.list(Kind.EVENT, of(namespace)));
        } catch (ProblemException unread) {
            LOG.log(System.Logger.Level.DEBUG, "no events of {0}: {1}", namespace, unread.getMessage());
            return new ReleaseEvents(List.of());
        }
    }

    /**
     * What keeps the Deployment's pods from being ready; empty when nothing is known to. A pod that waits for its volume says
     * less about it than the volume does.
     *
     * @param seen what the pods' own status tells
     */
    public Optional<Hindrance> hindrance(Address deployment, List<V1Pod> unready, Optional<Hindrance> seen) {
        boolean volume = seen.map(Hindrance::slug).equals(Optional.of(PodDiagnosis.VOLUME_PENDING));
        if (seen.isPresent() && !volume) {
            return seen;
        }
        Set<String> pods = unready.stream()
                .map(pod -> Objects.requireNonNullElse(pod.getMetadata().getUid(), ""))
                .collect(Collectors.toSet());
        // Of a claim only while it may be what is waited for: its first attempts at being bound are told for an hour.
        boolean unscheduled = unready.stream()
                .anyMatch(pod -> pod.getSpec() == null || pod.getSpec().getNodeName() == null);
        return told(object -> (volume || unscheduled) && "PersistentVolumeClaim".equals(object.getKind()))
                .or(() -> seen)
                .or(() -> told(object -> pods.contains(Objects.requireNonNullElse(object.getUid(), ""))))
                .or(() -> told(object -> "ReplicaSet".equals(object.getKind())
                        && Objects.requireNonNullElse(object.getName(), "").startsWith(deployment.name() + "-")));
    }

    /** Why the Job has no pod; empty when nothing is known. One of the same name before it is not meant. */
    public Optional<Hindrance> hindrance(V1Job job) {
        return told(object -> Objects.equals(object.getUid(), job.getMetadata().getUid()));
    }

    private Optional<Hindrance> told(Predicate<V1ObjectReference> about) {
        return latestFirst.stream()
                .filter(event -> about.test(event.getInvolvedObject()))
                .flatMap(event -> PodDiagnosis.hindrance(event).stream())
                .findFirst();
    }

    /** Each writer of events keeps the time somewhere else. */
    private static Instant at(CoreV1Event event) {
        return Stream.of(
                        Optional.ofNullable(event.getSeries()).map(CoreV1EventSeries::getLastObservedTime),
                        Optional.ofNullable(event.getLastTimestamp()),
                        Optional.ofNullable(event.getEventTime()),
                        Optional.ofNullable(event.getMetadata().getCreationTimestamp()))
                .flatMap(Optional::stream)
                .map(OffsetDateTime::toInstant)
                .max(Comparator.naturalOrder())
                .orElse(Instant.EPOCH);
    }
}
