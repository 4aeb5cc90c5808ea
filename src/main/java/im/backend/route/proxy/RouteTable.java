package im.backend.route.proxy;

import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import im.backend.route.Draining;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which host leads where. A look-up is one hash look-up however many hosts there are; a change replaces one entry, so that a
 * request sees the old route or the new one and never something between.
 */
final class RouteTable {
    private final ConcurrentMap<String, Route> byHost = new ConcurrentHashMap<>();
    private final Function<Endpoint, Upstream> opener;

    RouteTable(Function<Endpoint, Upstream> opener) {
        this.opener = opener;
    }

    /** An endpoint that the host had before keeps its connections and its requests in flight, and is not drained. */
    Draining publish(Hostname host, List<Endpoint> endpoints) {
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("endpoints of " + host + ": none (expected: at least one)");
        }
        synchronized (byHost) {
            Route before = byHost.get(host.value());
            Route after = new Route(
                    host,
                    endpoints.stream()
                            .map(endpoint -> keepOrOpen(before, endpoint))
                            .toList());
            byHost.put(host.value(), after);
            return drain(before, after.upstreams());
        }
    }

    Draining withdraw(Hostname host) {
        synchronized (byHost) {
            return drain(byHost.remove(host.value()), List.of());
        }
    }

    List<Route> all() {
        return List.copyOf(byHost.values());
    }

    Optional<Route> find(Hostname host) {
        return Optional.ofNullable(byHost.get(host.value()));
    }

    /**
     * Finds the route and counts the request in, in this order: the route may change between the two, and then a drain could
     * have seen an idle endpoint that a request is on its way to. So the route is read again, and when it changed the request
     * starts over. Each entry is matched by {@link Upstream#leave}.
     */
    @Nullable
    Entry enter(String hostHeader) {
        String host = canonical(hostHeader);
        for (Route route = byHost.get(host); route != null; route = byHost.get(host)) {
            Upstream upstream = route.next();
            upstream.enter();
            if (byHost.get(host) == route) {
                return new Entry(route, upstream);
            }
            upstream.leave();
        }
        return null;
    }

    /** The host without port and trailing dot, in lower case. */
    static String canonical(String hostHeader) {
        int end = hostHeader.length();
        int colon = hostHeader.lastIndexOf(':');
        if (colon > hostHeader.lastIndexOf(']')) {
            end = colon;
        }
        if (end > 0 && hostHeader.charAt(end - 1) == '.') {
            end--;
        }
        return hostHeader.substring(0, end).toLowerCase(Locale.ROOT);
    }

    private Upstream keepOrOpen(@Nullable Route before, Endpoint endpoint) {
        return before == null ? opener.apply(endpoint) : before.to(endpoint).orElseGet(() -> opener.apply(endpoint));
    }

    private static Draining drain(@Nullable Route before, List<Upstream> kept) {
        if (before == null) {
            return new Drain(List.of());
        }
        List<Upstream> left = before.upstreams().stream()
                .filter(upstream -> !kept.contains(upstream))
                .toList();
        left.forEach(Upstream::retire);
        return new Drain(left);
    }

    record Entry(Route route, Upstream upstream) {}
}
