package im.backend.route.proxy;

import im.backend.domain.Endpoint;
import io.undertow.server.handlers.proxy.ProxyClient.ProxyTarget;
import io.undertow.server.handlers.proxy.ProxyConnectionPool;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One endpoint as one host reaches it: what is in flight to it. */
final class Upstream implements ProxyTarget {
    private final Endpoint endpoint;
    private final Pools pools;
    private final ProxyConnectionPool pool;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final Set<Tunnel> tunnels = ConcurrentHashMap.newKeySet();
    private final CountDownLatch idle = new CountDownLatch(1);
    private volatile boolean retired;

    Upstream(Endpoint endpoint, Pools pools) {
        this.endpoint = endpoint;
        this.pools = pools;
        this.pool = pools.take(endpoint);
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
        pools.giveBack(endpoint);
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
}
