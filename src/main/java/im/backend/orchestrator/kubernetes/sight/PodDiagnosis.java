package im.backend.orchestrator.kubernetes.sight;

import im.backend.orchestrator.Exit;
import im.backend.orchestrator.Hindrance;
import im.backend.orchestrator.Hindrance.Outlook;
import io.kubernetes.client.openapi.models.CoreV1Event;
import io.kubernetes.client.openapi.models.V1ContainerState;
import io.kubernetes.client.openapi.models.V1ContainerStateTerminated;
import io.kubernetes.client.openapi.models.V1ContainerStateWaiting;
import io.kubernetes.client.openapi.models.V1ContainerStatus;
import io.kubernetes.client.openapi.models.V1DeploymentStatus;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodCondition;
import io.kubernetes.client.openapi.models.V1PodStatus;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What Kubernetes says about a pod, as a cause and what to do about it. */
public final class PodDiagnosis {
    private static final String OUT_OF_MEMORY = "OOMKilled";
    private static final int MESSAGE_MAX = 500;
    static final String VOLUME_PENDING = "volume-pending";

    private PodDiagnosis() {}

    /** What keeps the pod from running; empty when nothing is known to. */
    public static Optional<Hindrance> hindrance(V1Pod pod) {
        V1PodStatus status = status(pod);
        return containers(status)
                .flatMap(container -> waiting(container).stream())
                .flatMap(waiting -> ofWaiting(waiting).stream())
                .findFirst()
                .or(() -> ofScheduling(status))
                .or(() -> ofEnd(status));
    }

    /** What a warning tells; empty when it says nothing that is not known otherwise. */
    static Optional<Hindrance> hindrance(CoreV1Event event) {
        String message = text(event.getMessage());
        return switch (text(event.getReason())) {
            case "FailedScheduling" -> Optional.of(unschedulable(message));
            case "FailedBinding", "ProvisioningFailed" -> Optional.of(unbound(message));
            case "FailedMount", "FailedAttachVolume", "FailedMapVolume" ->
                Optional.of(new Hindrance(
                        VOLUME_PENDING,
                        "The volume can not be mounted: " + message + ".",
                        "See that the storage behind it is there and not in use on another node.",
                        Outlook.MAY_PASS));
            case "FailedCreatePodSandBox" ->
                Optional.of(new Hindrance(
                        "start-failed",
                        "The node can not make a pod: " + message + ".",
                        "Look at the node's network plugin and container runtime.",
                        Outlook.MAY_PASS));
            case "FailedCreate" -> Optional.of(notMade(message));
            case "Unhealthy" -> Optional.of(unhealthy(message));
            default -> Optional.empty();
        };
    }

    /**
     * What a pod waits for that nobody complains of: a volume whose maker is away, a scheduler, an image that is still being
     * pulled. Empty once it has begun.
     *
     * @param unbound a claim of its namespace without storage
     */
    public static Optional<Hindrance> waiting(V1Pod pod, Optional<V1PersistentVolumeClaim> unbound) {
        if (!"Pending".equals(status(pod).getPhase())) {
            return Optional.empty();
        }
        String described = "`kubectl describe pod -n " + pod.getMetadata().getNamespace() + " "
                + pod.getMetadata().getName() + "`";
        String node = pod.getSpec() == null ? null : pod.getSpec().getNodeName();
        if (node != null) {
            return Optional.of(new Hindrance(
                    "start-failed",
                    "Node " + node + " has not started the app yet; it may still be pulling the image.",
                    "Raise healthcheck.deadline in backend.yml, or see what the node does: " + described + ".",
                    Outlook.MAY_PASS));
        }
        return Optional.of(unbound.map(PodDiagnosis::unmade)
                .orElseGet(() -> new Hindrance(
                        "capacity",
                        "No node has been chosen for the app yet.",
                        "See that the cluster's scheduler runs: " + described + ".",
                        Outlook.MAY_PASS)));
    }

    private static Hindrance unmade(V1PersistentVolumeClaim claim) {
        String name = claim.getMetadata().getName();
        String storage = claim.getSpec() == null ? null : claim.getSpec().getStorageClassName();
        return new Hindrance(
                VOLUME_PENDING,
                "The app waits for its volume: nobody has made what claim " + name + " asks for"
                        + (storage == null || storage.isEmpty() ? "." : " (storage class " + storage + ")."),
                "See that what makes volumes of that class runs: `kubectl describe pvc -n "
                        + claim.getMetadata().getNamespace() + " " + name + "`.",
                Outlook.MAY_PASS);
    }

    /** Why a Deployment makes no pods; empty when it does. */
    public static Optional<Hindrance> hindrance(V1DeploymentStatus status) {
        return Stream.ofNullable(status.getConditions())
                .flatMap(List::stream)
                .filter(condition -> condition.getType().equals("ReplicaFailure"))
                .filter(condition -> condition.getStatus().equals("True"))
                .findFirst()
                .map(condition -> notMade(text(condition.getMessage())));
    }

    /** How a container of the pod ended last; empty when none did. */
    public static Optional<Exit> lastExit(V1Pod pod) {
        return containers(status(pod))
                .flatMap(container -> Stream.of(
                                Optional.ofNullable(container.getState()),
                                Optional.ofNullable(container.getLastState()))
                        .flatMap(Optional::stream))
                .flatMap(state -> Stream.ofNullable(state.getTerminated()))
                .findFirst()
                .map(PodDiagnosis::exit);
    }

    private static Exit exit(V1ContainerStateTerminated ended) {
        return new Exit(ended.getExitCode(), OUT_OF_MEMORY.equals(ended.getReason()));
    }

    private static Optional<Hindrance> ofWaiting(V1ContainerStateWaiting waiting) {
        String message = text(waiting.getMessage());
        return switch (text(waiting.getReason())) {
            case "ImagePullBackOff", "ErrImagePull", "RegistryUnavailable" -> Optional.of(pull(waiting, message));
            case "InvalidImageName", "ErrImageNeverPull" ->
                Optional.of(new Hindrance(
                        "image-pull-failed", "The node can not pull the image: " + message + ".", "", Outlook.STAYS));
            case "CreateContainerConfigError" ->
                Optional.of(new Hindrance(
                        "start-failed",
                        "The container can not be set up: " + message + ".",
                        "Deploy again; if a Secret or volume was removed by hand, that makes it anew.",
                        Outlook.STAYS));
            case "CreateContainerError", "RunContainerError", "StartError" -> Optional.of(start(message));
            default -> Optional.empty();
        };
    }

    /** The first failure may be one of the network; once the node pauses between tries it has failed twice. */
    private static Hindrance pull(V1ContainerStateWaiting waiting, String message) {
        boolean repeated = text(waiting.getReason()).equals("ImagePullBackOff");
        boolean refused = contains(message, "unauthorized", "401", "403", "denied", "authorization failed");
        boolean missing = contains(message, "not found", "manifest unknown");
        String fix = "";
        if (refused) {
            fix = "Let the nodes read the registry: check the pull secret, or registries.yaml on each node.";
        } else if (missing) {
            fix = "Deploy the commit again, so that its image is made anew.";
        } else if (contains(message, "HTTP response to HTTPS client", "x509", "certificate")) {
            fix = "Tell the nodes how to speak to the registry (http, or its certificate): registries.yaml on each"
                    + " node.";
        } else if (contains(message, "no such host", "connection refused", "i/o timeout", "no route to host")) {
            fix = "Give the server's registry an address that the nodes reach.";
        }
        return new Hindrance(
                "image-pull-failed",
                "The node can not pull the image: " + message + ".",
                fix,
                repeated && (refused || missing) ? Outlook.STAYS : Outlook.MAY_PASS);
    }

    private static Hindrance start(String message) {
        boolean program = contains(message, "executable file not found", "no such file or directory");
        return new Hindrance(
                "start-failed",
                "The container can not be started: " + message + ".",
                program ? "The program was not found: check entrypoint in backend.yml." : "",
                program ? Outlook.STAYS : Outlook.MAY_PASS);
    }

    private static Optional<Hindrance> ofScheduling(V1PodStatus status) {
        return Stream.ofNullable(status.getConditions())
                .flatMap(List::stream)
                .filter(condition -> condition.getType().equals("PodScheduled"))
                .filter(condition -> condition.getStatus().equals("False"))
                .findFirst()
                .map(V1PodCondition::getMessage)
                .map(message -> unschedulable(text(message)));
    }

    private static Hindrance unschedulable(String message) {
        if (contains(message, "persistentvolumeclaim", "PersistentVolumeClaim", "volume node affinity")) {
            return unbound(message);
        }
        return new Hindrance(
                "capacity",
                "No node has a place for the app: " + message + ".",
                contains(message, "Insufficient")
                        ? "Lower resources in backend.yml, stop what is not needed, or add a node."
                        : "Make a node ready to take it: `kubectl describe nodes` has its taints and conditions.",
                Outlook.MAY_PASS);
    }

    private static Hindrance unbound(String message) {
        return new Hindrance(
                VOLUME_PENDING,
                "No node can take the app, because its volume is not ready: " + message + ".",
                "Give the cluster a default StorageClass with room for `size:` of the volume in backend.yml.",
                Outlook.MAY_PASS);
    }

    private static Optional<Hindrance> ofEnd(V1PodStatus status) {
        if (!"Failed".equals(status.getPhase())) {
            return Optional.empty();
        }
        String message = text(status.getMessage());
        return switch (text(status.getReason())) {
            case "Evicted" ->
                Optional.of(new Hindrance(
                        "evicted",
                        "The node put the app out: " + message + ".",
                        "Free disk or memory of the node; what the app writes beside its volumes counts too.",
                        Outlook.MAY_PASS));
            case "DeadlineExceeded" ->
                Optional.of(new Hindrance("timeout", "The time of the pod was up.", "", Outlook.STAYS));
            default -> Optional.empty();
        };
    }

    private static Hindrance unhealthy(String message) {
        return new Hindrance(
                "health-check-failed",
                message + ".",
                contains(message, "connection refused")
                        ? "Listen on the address in HOST and the port in PORT; if the app needs longer to start, raise"
                                + " healthcheck.deadline in backend.yml."
                        : "Make healthcheck.path in backend.yml a path that answers 200 when the app is ready.",
                Outlook.MAY_PASS);
    }

    private static Hindrance notMade(String message) {
        boolean quota = contains(message, "exceeded quota");
        boolean profile = contains(message, "violates PodSecurity");
        String fix = "";
        if (quota) {
            fix = "Lower resources or scaling in backend.yml, or raise the quota of the namespace.";
        } else if (profile) {
            fix = "An admission policy of the cluster refuses the pod; allow it for namespaces of backendim.";
        }
        return new Hindrance(
                quota ? "quota-exceeded" : "start-failed",
                "The cluster makes no pod: " + message + ".",
                fix,
                quota || profile ? Outlook.STAYS : Outlook.MAY_PASS);
    }

    private static V1PodStatus status(V1Pod pod) {
        return Objects.requireNonNullElseGet(pod.getStatus(), V1PodStatus::new);
    }

    private static Stream<V1ContainerStatus> containers(V1PodStatus status) {
        return Stream.concat(
                Stream.ofNullable(status.getInitContainerStatuses()).flatMap(List::stream),
                Stream.ofNullable(status.getContainerStatuses()).flatMap(List::stream));
    }

    private static Optional<V1ContainerStateWaiting> waiting(V1ContainerStatus container) {
        return Optional.ofNullable(container.getState()).map(V1ContainerState::getWaiting);
    }

    private static boolean contains(String message, String... parts) {
        return Stream.of(parts).anyMatch(message::contains);
    }

    /** One line without its full stop, and not the whole of a registry's answer. */
    private static String text(@Nullable String words) {
        String line = Objects.requireNonNullElse(words, "").strip().replaceAll("\\s+", " ");
        String whole = line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
        return whole.length() > MESSAGE_MAX ? whole.substring(0, MESSAGE_MAX) + "…" : whole;
    }
}
