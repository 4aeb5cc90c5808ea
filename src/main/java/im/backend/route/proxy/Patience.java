package im.backend.route.proxy;

import java.time.Duration;

/** Time that a slow peer may use up; bytes win it back, up to where it started. */
final class Patience {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final long fullNanos;
    private final int bytesPerSecondMin;
    private long leftNanos;

    Patience(Duration full, int bytesPerSecondMin) {
        this.fullNanos = full.toNanos();
        this.bytesPerSecondMin = bytesPerSecondMin;
        this.leftNanos = fullNanos;
    }

    /** False when it is used up. */
    boolean spend(long waitedNanos, long bytes) {
        leftNanos = Math.min(fullNanos, leftNanos - waitedNanos + bytes * NANOS_PER_SECOND / bytesPerSecondMin);
        return leftNanos >= 0;
    }

    void refill() {
        leftNanos = fullNanos;
    }
}
