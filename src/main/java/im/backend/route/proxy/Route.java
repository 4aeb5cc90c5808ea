package im.backend.route.proxy;

import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A host and the endpoints that take its requests in turn. */
record Route(Hostname host, List<Upstream> upstreams, AtomicInteger turn) {
    Route(Hostname host, List<Upstream> upstreams) {
        this(host, List.copyOf(upstreams), new AtomicInteger());
    }

    Upstream next() {
        return upstreams.size() == 1
                ? upstreams.getFirst()
                : upstreams.get(Math.floorMod(turn.getAndIncrement(), upstreams.size()));
    }

    Optional<Upstream> to(Endpoint endpoint) {
        return upstreams.stream()
                .filter(upstream -> upstream.endpoint().equals(endpoint))
                .findFirst();
    }

    List<Endpoint> endpoints() {
        return upstreams.stream().map(Upstream::endpoint).toList();
    }
}
