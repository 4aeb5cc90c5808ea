package im.backend.route.proxy;

import im.backend.route.Draining;
import java.time.Duration;
import java.util.List;

/** Waits for the endpoints that a route has left. WebSockets do not end by themselves: when the time is over they are ended. */
record Drain(List<Upstream> upstreams) implements Draining {
    @Override
    public boolean await(Duration max) throws InterruptedException {
        long deadline = System.nanoTime() + max.toNanos();
        boolean idle = true;
        for (Upstream upstream : upstreams) {
            long left = Math.max(0, deadline - System.nanoTime());
            if (!upstream.awaitIdle(Duration.ofNanos(left))) {
                idle = false;
                upstream.endTunnels();
            }
        }
        return idle;
    }
}
