package im.backend.registry.cache;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** One thread at a time for each key; keys that nobody uses are forgotten. A turn is given back by the thread that took it. */
public final class Turns<K> {
    private final Map<K, Waiting> waiting = new HashMap<>();

    private static final class Waiting {
        private final ReentrantLock lock = new ReentrantLock();
        private int threads;
    }

    /** To be closed when it is over. */
    public interface Turn extends AutoCloseable {
        @Override
        void close();
    }

    /** Waits until nobody else has it. */
    public Turn take(K key) {
        Waiting one = enter(key);
        one.lock.lock();
        return () -> leave(key, one);
    }

    /** Empty when another thread has it. */
    public Optional<Turn> tryTake(K key) {
        Waiting one = enter(key);
        if (one.lock.tryLock()) {
            return Optional.of(() -> leave(key, one));
        }
        forget(key, one);
        return Optional.empty();
    }

    private synchronized Waiting enter(K key) {
        Waiting one = waiting.computeIfAbsent(key, _ -> new Waiting());
        one.threads++;
        return one;
    }

    private void leave(K key, Waiting one) {
        one.lock.unlock();
        forget(key, one);
    }

    private synchronized void forget(K key, Waiting one) {
        one.threads--;
        if (one.threads == 0) {
            waiting.remove(key);
        }
    }
}
