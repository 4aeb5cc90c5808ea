package im.backend.api;

import im.backend.problem.Problem;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * A token bucket for each key: so many calls a minute, of which as many at once. Keys beyond the newest
 * {@value #KEYS_MAX} are forgotten, which can only be in their favour. Safe for several threads.
 */
public final class RateLimiter {
    static final int KEYS_MAX = 10_000;
    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

    private final String what;
    private final int perMinute;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > KEYS_MAX;
        }
    };

    /** @param what is counted, for the message: {@code deployments} */
    public RateLimiter(String what, int perMinute, LongSupplier nanoTime) {
        this.what = what;
        this.perMinute = perMinute;
        this.nanoTime = nanoTime;
    }

    /** Fails with RateLimited when the key has used up its minute. */
    public void take(String key) {
        Duration wait = tryTake(key);
        if (!wait.isZero()) {
            throw new Problem.RateLimited(
                            "More than " + perMinute + " " + what + " a minute. Try again in " + seconds(wait) + " s.",
                            wait)
                    .asException();
        }
    }

    /** Undoes a {@link #take} that turned out not to count. */
    void giveBack(String key) {
        lock.lock();
        try {
            Bucket bucket = buckets.get(key);
            if (bucket != null) {
                bucket.tokens = Math.min(perMinute, bucket.tokens + 1);
            }
        } finally {
            lock.unlock();
        }
    }

    int keys() {
        lock.lock();
        try {
            return buckets.size();
        } finally {
            lock.unlock();
        }
    }

    static long seconds(Duration wait) {
        return Math.max(1, wait.plusMillis(999).toSeconds());
    }

    private Duration tryTake(String key) {
        long now = nanoTime.getAsLong();
        lock.lock();
        try {
            Bucket bucket = buckets.computeIfAbsent(key, ignored -> new Bucket(perMinute, now));
            bucket.tokens = Math.min(perMinute, bucket.tokens + (double) (now - bucket.at) * perMinute / MINUTE_NANOS);
            bucket.at = now;
            if (bucket.tokens >= 1) {
                bucket.tokens -= 1;
                return Duration.ZERO;
            }
            return Duration.ofNanos((long) ((1 - bucket.tokens) * MINUTE_NANOS / perMinute));
        } finally {
            lock.unlock();
        }
    }

    private static final class Bucket {
        private double tokens;
        private long at;

        Bucket(double tokens, long at) {
            this.tokens = tokens;
            this.at = at;
        }
    }
}
