package im.backend.route;

import java.time.Duration;

/** Requests and open streams to endpoints that a route has left. */
@FunctionalInterface
public interface Draining {
    /** Waits until none is in flight, at most {@code max}; true when none is left. */
    boolean await(Duration max) throws InterruptedException;
}
