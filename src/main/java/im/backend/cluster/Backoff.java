package im.backend.cluster;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Pauses between attempts: doubling from 100 ms to 5 s, each between half and whole, so that many do not come at once. */
final class Backoff {
    private static final long FIRST_MILLIS = 100;
    private static final long LAST_MILLIS = 5000;

    private final RandomGenerator random;
    private long millis = FIRST_MILLIS;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** @param asked by the server: never less than that */
    Duration next(Duration asked) {
        long pause = millis / 2 + random.nextLong(millis / 2 + 1);
        millis = Math.min(LAST_MILLIS, millis * 2);
        return Duration.ofMillis(Math.max(pause, asked.toMillis()));
    }

    void reset() {
        millis = FIRST_MILLIS;
    }
}
