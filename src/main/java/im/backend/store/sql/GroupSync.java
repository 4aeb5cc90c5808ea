package im.backend.store.sql;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Group commit: one flush to the disk serves every writer that committed before it began. H2 hands commits to the
 * operating system and no further (docs/adr/0012), so a writer waits here before it tells anybody of success.
 */
final class GroupSync {
    private final Runnable flush;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition flushed = lock.newCondition();
    private long committed;
    private long durable;
    private long flushes;
    private boolean flushing;

    /** @param flush brings to the disk all that was committed before the call */
    GroupSync(Runnable flush) {
        this.flush = flush;
    }

    /** Returns when what this thread committed is on the disk; fails as {@code flush} does. */
    void await() {
        lock.lock();
        try {
            long mine = ++committed;
            while (durable < mine) {
                if (flushing) {
                    flushed.awaitUninterruptibly();
                } else {
                    flushAll();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many flushes there were, to see that they are shared. */
    long flushes() {
        lock.lock();
        try {
            return flushes;
        } finally {
            lock.unlock();
        }
    }

    private void flushAll() {
        long covered = committed;
        flushing = true;
        lock.unlock();
        boolean done = false;
        try {
            flush.run();
            done = true;
        } finally {
            lock.lock();
            flushing = false;
            flushes++;
            if (done) {
                durable = covered;
            }
            // After a failure too: each waiter then tries by itself, and fails or succeeds by itself.
            flushed.signalAll();
        }
    }
}
