package im.backend.deploy.upkeep;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Tries what has to be done in the end, as taking back half a deployment while the cluster is away, again and again. What
 * is given up is found by {@link Recovery} at the next start.
 */
public final class Retries implements AutoCloseable {
    static final Duration GIVEN_UP_AFTER = Duration.ofMinutes(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(30);

    private final CountDownLatch closed = new CountDownLatch(1);

    /** False when it was given up, because it took too long or the server stops. */
    public boolean until(BooleanSupplier done) {
        long deadline = System.nanoTime() + GIVEN_UP_AFTER.toNanos();
        Duration pause = FIRST_PAUSE;
        while (!done.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0 || closedWithin(pause)) {
                return false;
            }
            pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) < 0 ? pause.multipliedBy(2) : PAUSE_MAX;
        }
        return true;
    }

    /** Whoever waits between two tries gives up now. */
    @Override
    public void close() {
        closed.countDown();
    }

    private boolean closedWithin(Duration pause) {
        try {
            return closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
