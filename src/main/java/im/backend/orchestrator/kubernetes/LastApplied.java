package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.domain.DeploymentId;
import im.backend.domain.ReleaseName;
import im.backend.orchestrator.kubernetes.label.WorkloadLabels;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.models.V1Deployment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What this server has asked the cluster for, and what the objects were like then: the yardstick of {@link Drift}. It is
 * filled anew at each start of the server, which applies everything that is live. Safe for several threads.
 */
final class LastApplied {
    private final Cluster cluster;
    private final Map<Place, Applied> objects = new ConcurrentHashMap<>();

    /** Where an object is, among all of the cluster. */
    record Place(Kind<?> kind, Address address) {
        /** That of the release; a namespace is its own. */
        String namespace() {
            return kind.equals(Kind.NAMESPACE) ? address.name() : address.namespace();
        }

        @Override
        public String toString() {
            return kind.name() + " " + address;
        }
    }

    /**
     * @param deployment empty for what all deployments of a release share
     * @param fingerprint empty for what only has to be there
     */
    record Applied(
            Place place,
            Optional<DeploymentId> deployment,
            Fingerprint.Replicas replicas,
            Optional<Fingerprint> fingerprint) {}

    LastApplied(Cluster cluster) {
        this.cluster = cluster;
    }

    <T extends KubernetesObject> T apply(Kind<T> kind, T object) {
        return remember(kind, object, cluster.apply(kind, object));
    }

    /** For what can not be applied over what somebody has made of it. */
    <T extends KubernetesObject> T replace(Kind<T> kind, T object) {
        return remember(kind, object, cluster.replace(kind, object));
    }

    private <T extends KubernetesObject> T remember(Kind<T> kind, T object, T now) {
        boolean autoscaled = object instanceof V1Deployment deployment
                && deployment.getSpec().getReplicas() == null;
        Fingerprint.Replicas replicas = autoscaled ? Fingerprint.Replicas.AUTOSCALED : Fingerprint.Replicas.ASKED_FOR;
        Place place = new Place(kind, Address.of(object));
        objects.put(
                place,
                new Applied(
                        place,
                        WorkloadLabels.of(object).map(labels -> labels.key().deployment()),
                        replicas,
                        Optional.of(Fingerprint.of(kind, now, replicas))));
        return now;
    }

    /** It has to be there; what it is like is the cluster's business. */
    void note(Kind<?> kind, Address address) {
        Place place = new Place(kind, address);
        objects.put(place, new Applied(place, Optional.empty(), Fingerprint.Replicas.ASKED_FOR, Optional.empty()));
    }

    /** To be called before they are deleted: what goes then was not taken away by somebody else. */
    void forget(Address address) {
        objects.keySet().removeIf(place -> place.address().equals(address));
    }

    /** As {@link #forget}, with all that is in it. */
    void forget(ReleaseName release) {
        objects.keySet().removeIf(place -> place.namespace().equals(release.toString()));
    }

    boolean knows(Kind<?> kind, Address address) {
        return objects.containsKey(new Place(kind, address));
    }

    List<Applied> all() {
        return List.copyOf(objects.values());
    }
}
