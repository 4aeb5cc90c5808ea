package im.backend.orchestrator.kubernetes;

import im.backend.domain.Endpoint;
import io.kubernetes.client.openapi.models.V1Service;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which Service is behind an endpoint. The ports speak of endpoints, because that is what a probe connects to; an Ingress
 * speaks of Services. Safe for several threads.
 */
public final class Services {
    private static final String NO_ADDRESS = "None";

    private final Cluster cluster;
    private final Ownership ownership;
    private final Map<Endpoint, Address> known = new ConcurrentHashMap<>();

    public Services(Cluster cluster, Ownership ownership) {
        this.cluster = cluster;
        this.ownership = ownership;
    }

    /** Empty when there is no Service of ours with that address. Asks the API server only for what was never seen. */
    public Optional<Address> at(Endpoint endpoint) {
        Address seen = known.get(endpoint);
        if (seen != null) {
            return Optional.of(seen);
        }
        cluster.list(Kind.SERVICE, Selection.everywhere().labelled(Ownership.OWNER, ownership.owner()))
                .forEach(this::endpoint);
        return Optional.ofNullable(known.get(endpoint));
    }

    /** Where the Service answers; empty when there is none, or none of that name. */
    public Optional<Endpoint> endpoint(Address service) {
        return cluster.get(Kind.SERVICE, service).flatMap(this::endpoint);
    }

    /** Remembers it. */
    Optional<Endpoint> endpoint(V1Service service) {
        var spec = service.getSpec();
        if (spec == null || spec.getClusterIP() == null || spec.getClusterIP().equals(NO_ADDRESS)) {
            return Optional.empty();
        }
        if (spec.getPorts() == null || spec.getPorts().isEmpty()) {
            return Optional.empty();
        }
        Endpoint endpoint =
                new Endpoint(spec.getClusterIP(), spec.getPorts().getFirst().getPort());
        var metadata = service.getMetadata();
        known.put(endpoint, Address.in(metadata.getNamespace(), metadata.getName()));
        return Optional.of(endpoint);
    }

    /** It is gone; another one may get its address. */
    void forget(Address service) {
        known.values().removeIf(service::equals);
    }
}
