package im.backend.route.proxy;

import im.backend.domain.Endpoint;
import io.undertow.client.UndertowClient;
import io.undertow.server.handlers.proxy.ConnectionPoolErrorHandler.SimpleConnectionPoolErrorHandler;
import io.undertow.server.handlers.proxy.ConnectionPoolManager;
import io.undertow.server.handlers.proxy.ProxyConnectionPool;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.xnio.OptionMap;
import org.xnio.Options;

/**
 * The connections to each endpoint, shared by all hosts that lead there. With a pool for each host a thousand busy hosts held
 * two thousand connections, and each request met one that had left the processor's caches.
 */
final class Pools {
    private static final OptionMap SOCKET_OPTIONS = OptionMap.create(Options.TCP_NODELAY, true);

    private final Settings settings;
    private final Map<Endpoint, Held> byEndpoint = new ConcurrentHashMap<>();

    Pools(ProxyLimits.Apps limits, int threads) {
        this.settings = new Settings(limits, threads);
    }

    private record Held(ProxyConnectionPool pool, int holders) {}

    /** To be given back by {@link #giveBack} when no new request takes it any more. */
    ProxyConnectionPool take(Endpoint endpoint) {
        return byEndpoint
                .compute(
                        endpoint,
                        (_, held) ->
                                held == null ? new Held(open(endpoint), 1) : new Held(held.pool(), held.holders() + 1))
                .pool();
    }

    /** Requests in flight keep the pool until they end, and its idle connections end by themselves. */
    void giveBack(Endpoint endpoint) {
        byEndpoint.computeIfPresent(
                endpoint, (_, held) -> held.holders() == 1 ? null : new Held(held.pool(), held.holders() - 1));
    }

    private ProxyConnectionPool open(Endpoint endpoint) {
        URI uri = URI.create("http://" + endpoint.host() + ":" + endpoint.port());
        return new ProxyConnectionPool(settings, uri, UndertowClient.getInstance(), SOCKET_OPTIONS);
    }

    /** The library counts connections for each of its input/output threads, hence the division. */
    private static final class Settings extends SimpleConnectionPoolErrorHandler implements ConnectionPoolManager {
        private static final long IDLE_CONNECTION_MILLIS = 30_000;

        private final ProxyLimits.Apps limits;
        private final int threads;

        Settings(ProxyLimits.Apps limits, int threads) {
            this.limits = limits;
            this.threads = threads;
        }

        @Override
        public int getMaxConnections() {
            return Math.max(1, limits.connectionsMax() / threads);
        }

        @Override
        public int getMaxCachedConnections() {
            return getMaxConnections();
        }

        /** None is kept beyond its time: the connections to a release that is gone must go too. */
        @Override
        public int getSMaxConnections() {
            return 0;
        }

        @Override
        public long getTtl() {
            return IDLE_CONNECTION_MILLIS;
        }

        @Override
        public int getMaxQueueSize() {
            return Math.max(1, limits.queuedMax() / threads);
        }

        /** A failed endpoint is tried again by the next request, not by a timer. */
        @Override
        public int getProblemServerRetry() {
            return 0;
        }
    }
}
