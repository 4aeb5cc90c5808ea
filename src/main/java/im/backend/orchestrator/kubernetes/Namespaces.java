package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.Cluster.Propagation;
import im.backend.cluster.Kind;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.orchestrator.kubernetes.label.Ownership;
import io.kubernetes.client.openapi.models.V1Namespace;
import java.util.List;
import java.util.Optional;

/** Namespaces of releases: made when they are not there, taken over when they are ours, left alone when they are not. */
final class Namespaces {
    private final Cluster cluster;
    private final KubernetesSettings settings;
    private final Ownership ownership;
    private final NamespaceObjects objects;
    private final LastApplied applied;

    Namespaces(Cluster cluster, KubernetesSettings settings, Ownership ownership, LastApplied applied) {
        this.cluster = cluster;
        this.applied = applied;
        this.settings = settings;
        this.ownership = ownership;
        this.objects = new NamespaceObjects(settings, ownership);
    }

    /** One of the same name that is just going is waited for. Fails with Conflict {@code cluster-foreign} as {@link #find}. */
    void create(ReleaseName release) {
        if (find(release).filter(Namespaces::isGoing).isPresent()) {
            cluster.awaitGone(Kind.NAMESPACE, address(release), settings.patience());
        }
        applied.apply(Kind.NAMESPACE, objects.namespace(release));
        objects.policies(release, NodeAddresses.of(cluster))
                .forEach(policy -> applied.apply(Kind.NETWORK_POLICY, policy));
        applied.apply(Kind.RESOURCE_QUOTA, objects.quota(release));
        applied.apply(Kind.LIMIT_RANGE, objects.limits(release));
        objects.pullSecret(release).ifPresent(secret -> applied.apply(Kind.SECRET, secret));
    }

    List<ReleaseName> of(ProjectId project) {
        return cluster.list(Kind.NAMESPACE, ownership.of(project)).stream()
                .filter(namespace -> !isGoing(namespace))
                .flatMap(namespace -> Ownership.release(namespace.getMetadata()).stream())
                .toList();
    }

    /** Fails with Conflict {@code cluster-foreign} when it is somebody else's. */
    Optional<V1Namespace> find(ReleaseName release) {
        Optional<V1Namespace> found = cluster.get(Kind.NAMESPACE, address(release));
        found.ifPresent(namespace -> ownership.require("Namespace " + release, namespace.getMetadata()));
        return found;
    }

    /** Returns before it is gone: what is in it ends by itself, and a new one of the name waits for that. */
    void remove(V1Namespace namespace) {
        cluster.delete(Kind.NAMESPACE, namespace, Propagation.BACKGROUND);
    }

    static boolean isGoing(V1Namespace namespace) {
        return namespace.getMetadata().getDeletionTimestamp() != null;
    }

    private static Address address(ReleaseName release) {
        return Address.ofCluster(release.toString());
    }
}
