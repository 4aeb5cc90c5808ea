package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.domain.Endpoint;
import io.kubernetes.client.openapi.models.V1Service;
import java.util.Optional;

/** Where Services answer. The ports speak of endpoints, because that is what a probe connects to. */
record Services(Cluster cluster) {
    private static final String NO_ADDRESS = "None";

    /** Empty when there is no such Service. */
    Optional<Endpoint> endpoint(Address service) {
        return cluster.get(Kind.SERVICE, service).flatMap(Services::endpoint);
    }

    /** Empty when it has no address of its own. */
    static Optional<Endpoint> endpoint(V1Service service) {
        var spec = service.getSpec();
        boolean addressed = spec != null
                && spec.getClusterIP() != null
                && !spec.getClusterIP().equals(NO_ADDRESS)
                && spec.getPorts() != null
                && !spec.getPorts().isEmpty();
        return addressed
                ? Optional.of(new Endpoint(
                        spec.getClusterIP(), spec.getPorts().getFirst().getPort()))
                : Optional.empty();
    }
}
