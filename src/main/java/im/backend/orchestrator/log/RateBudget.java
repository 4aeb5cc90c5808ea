package im.backend.orchestrator.log;

import java.time.Clock;

/** A token bucket of bytes: 1 MiB/s on average, 4 MiB at once. Not for several threads. */
public final class RateBudget {
    public static final long BYTES_PER_SECOND = 1 << 20;
    public static final long BURST_BYTES = 4 << 20;

    private final Clock clock;
    private long left = BURST_BYTES;
    private long filledAtMillis;

    public RateBudget(Clock clock) {
        this.clock = clock;
        this.filledAtMillis = clock.millis();
    }

    /** @return how much of it is allowed now */
    public long take(long wanted) {
        long now = clock.millis();
        long passedMillis = Math.max(0, now - filledAtMillis);
        left = Math.min(BURST_BYTES, left + passedMillis * BYTES_PER_SECOND / 1000);
        filledAtMillis = now;
        long allowed = Math.min(wanted, left);
        left -= allowed;
        return allowed;
    }
}
