package im.backend.route.proxy;

import im.backend.domain.Endpoint;
import io.undertow.client.UndertowClient;
import io.undertow.server.handlers.proxy.ConnectionPoolErrorHandler.SimpleConnectionPoolErrorHandler;
import io.undertow.server.handlers.proxy.ConnectionPoolManager;
import io.undertow.server.handlers.proxy.ProxyClient.ProxyTarget;
import io.undertow.server.handlers.proxy.ProxyConnectionPool;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.xnio.OptionMap;
import org.xnio.Options;

/** One endpoint as one host reaches it: its pooled connections, and what is in flight to it. */
final class Upstream implements ProxyTarget {
    private static final OptionMap SOCKET_OPTIONS = OptionMap.create(Options.TCP_NODELAY, true);

    private final Endpoint endpoint;
    private final ProxyConnectionPool pool;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Set<Tunnel> tunnels = ConcurrentHashMap.newKeySet();
    private final CountDownLatch idle = new CountDownLatch(1);
    private volatile boolean retired;

    Upstream(Endpoint endpoint, PoolSettings settings) {
        this.endpoint = endpoint;
        URI uri = URI.create("http://" + endpoint.host() + ":" + endpoint.port());
        this.pool = new ProxyConnectionPool(settings, uri, UndertowClient.getInstance(), SOCKET_OPTIONS);
    }

    Endpoint endpoint() {
        return endpoint;
    }

    ProxyConnectionPool pool() {
        return pool;
    }

    int inFlight() {
        return inFlight.get();
    }

    void enter() {
        inFlight.incrementAndGet();
    }

    void leave() {
        if (inFlight.decrementAndGet() == 0 && retired) {
            idle.countDown();
        }
    }

    /** The tunnel counts as in flight until {@link #leave}; a drain that runs out of time ends it. */
    void open(Tunnel tunnel) {
        tunnels.add(tunnel);
    }

    void closed(Tunnel tunnel) {
        tunnels.remove(tunnel);
    }

    /** No route leads here any more; a request that still enters finds that out and leaves again. */
    void retire() {
        retired = true;
        if (inFlight.get() == 0) {
            idle.countDown();
        }
    }

    boolean awaitIdle(Duration max) throws InterruptedException {
        return idle.await(max.toNanos(), TimeUnit.NANOSECONDS);
    }

    void endTunnels() {
        tunnels.forEach(Tunnel::end);
    }

    /** A WebSocket, or whatever else a connection was upgraded to. */
    @FunctionalInterface
    interface Tunnel {
        void end();
    }

    /** The library counts connections for each of its input/output threads, hence the division. */
    static final class PoolSettings extends SimpleConnectionPoolErrorHandler implements ConnectionPoolManager {
        private static final long IDLE_CONNECTION_MILLIS = 30_000;

        private final ProxyLimits.Apps limits;
        private final int threads;

        PoolSettings(ProxyLimits.Apps limits, int threads) {
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
