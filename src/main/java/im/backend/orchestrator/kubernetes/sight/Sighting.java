package im.backend.orchestrator.kubernetes.sight;

import im.backend.orchestrator.Exit;
import im.backend.orchestrator.Hindrance;
import io.kubernetes.client.openapi.models.V1ContainerState;
import io.kubernetes.client.openapi.models.V1ContainerStateTerminated;
import io.kubernetes.client.openapi.models.V1ContainerStatus;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1DeploymentStatus;
import io.kubernetes.client.openapi.models.V1Pod;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Deployment and its pods as they were at one moment.
 *
 * @param rolledOut all replicas that were asked for are there and ready
 * @param running pods with a container that runs
 * @param hindrance what keeps a pod from running
 * @param lastExit of the container that ended last, of whichever pod
 * @param unready pods that are to stay and are not ready
 */
public record Sighting(
        boolean rolledOut,
        int running,
        int restarts,
        Optional<Exit> lastExit,
        Optional<Hindrance> hindrance,
        List<V1Pod> unready) {
    private static final String OUT_OF_MEMORY = "OOMKilled";

    static Sighting of(V1Deployment deployment, List<V1Pod> pods) {
        List<V1ContainerStatus> containers = pods.stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .flatMap(Sighting::containers)
                .toList();
        return new Sighting(
                isRolledOut(deployment),
                Math.toIntExact(containers.stream()
                        .filter(container -> container.getState() != null
                                && container.getState().getRunning() != null)
                        .count()),
                containers.stream().mapToInt(V1ContainerStatus::getRestartCount).sum(),
                containers.stream()
                        .flatMap(Sighting::ends)
                        .max(Comparator.comparing(Sighting::at))
                        .map(Sighting::exit),
                hindrance(deployment, pods),
                pods.stream()
                        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                        .filter(pod -> !isReady(pod))
                        .toList());
    }

    private static boolean isReady(V1Pod pod) {
        return pod.getStatus() != null
                && Stream.ofNullable(pod.getStatus().getConditions())
                        .flatMap(List::stream)
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True"));
    }

    private static Optional<Hindrance> hindrance(V1Deployment deployment, List<V1Pod> pods) {
        return pods.stream()
                .flatMap(pod -> PodDiagnosis.hindrance(pod).stream())
                .findFirst()
                .or(() -> Optional.ofNullable(deployment.getStatus()).flatMap(PodDiagnosis::hindrance));
    }

    private static boolean isRolledOut(V1Deployment deployment) {
        V1DeploymentStatus status = deployment.getStatus();
        if (status == null || number(status.getObservedGeneration()) < number(generation(deployment))) {
            return false;
        }
        long wanted = Math.max(1, number(deployment.getSpec().getReplicas()));
        return number(status.getUpdatedReplicas()) >= wanted
                && number(status.getAvailableReplicas()) >= wanted
                && number(status.getReplicas()) == number(status.getUpdatedReplicas());
    }

    private static @Nullable Long generation(V1Deployment deployment) {
        return deployment.getMetadata().getGeneration();
    }

    private static long number(@Nullable Number value) {
        return value == null ? 0 : value.longValue();
    }

    private static Stream<V1ContainerStatus> containers(V1Pod pod) {
        return pod.getStatus() == null || pod.getStatus().getContainerStatuses() == null
                ? Stream.empty()
                : pod.getStatus().getContainerStatuses().stream();
    }

    private static Stream<V1ContainerStateTerminated> ends(V1ContainerStatus container) {
        return Stream.of(
                        Optional.ofNullable(container.getState()).map(V1ContainerState::getTerminated),
                        Optional.ofNullable(container.getLastState()).map(V1ContainerState::getTerminated))
                .flatMap(Optional::stream)
                .filter(Objects::nonNull);
    }

    private static Instant at(V1ContainerStateTerminated end) {
        return end.getFinishedAt() == null ? Instant.EPOCH : end.getFinishedAt().toInstant();
    }

    private static Exit exit(V1ContainerStateTerminated end) {
        return new Exit(end.getExitCode(), OUT_OF_MEMORY.equals(end.getReason()));
    }
}
