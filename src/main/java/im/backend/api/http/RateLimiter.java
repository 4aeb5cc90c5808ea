package im.backend.api.http;

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
        requireNone(wait(key, 1));
    }

    /** Fails as {@link #take} would, and counts nothing. */
    void requireLeft(String key) {
        requireNone(wait(key, 0));
    }

    /** Counts what has happened already, also when the minute is used up: then it has to be waited for longer. */
    void charge(String key) {
        lock.lock();
        try {
            Bucket bucket = filled(key);
            bucket.tokens = Math.max(-perMinute, bucket.tokens - 1);
        } finally {
            lock.unlock();
        }
    }

    private void requireNone(Duration wait) {
        if (!wait.isZero()) {
            throw new Problem.RateLimited(
                            "More than " + perMinute + " " + what + " a minute. Try again in " + seconds(wait) + " s.",
                            wait)
                    .asException();
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

    /** Takes so many when one is left; otherwise none, and says when it will be. */
    private Duration wait(String key, int taken) {
        lock.lock();
        try {
            Bucket bucket = filled(key);
            if (bucket.tokens >= 1) {
                bucket.tokens -= taken;
                return Duration.ZERO;
            }
            return Duration.ofNanos((long) ((1 - bucket.tokens) * MINUTE_NANOS / perMinute));
        } finally {
            lock.unlock();
        }
    }

    private Bucket filled(String key) {
        long now = nanoTime.getAsLong();
        Bucket bucket = buckets.computeIfAbsent(key, ignored -> new Bucket(perMinute, now));
        bucket.tokens = Math.min(perMinute, bucket.tokens + (double) (now - bucket.at) * perMinute / MINUTE_NANOS);
        bucket.at = now;
        return bucket;
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
