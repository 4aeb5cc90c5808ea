package im.backend.deploy.progress;

import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentId;
import im.backend.domain.LoggedEvent;
import im.backend.store.DeploymentLog;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * One watcher's view of a deployment's events: complete, in order, at the watcher's own pace. A watcher that is slower
 * than the deployment costs a bounded queue and no more: what did not fit is read from the log again. Used by one thread.
 */
public final class EventFeed implements AutoCloseable {
    static final int QUEUED_MAX = 256;
    private static final int PAGE = 200;

    private final DeploymentLog log;
    private final DeploymentId deployment;
    private final Consumer<EventFeed> onClose;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Queue<LoggedEvent> live = new ArrayDeque<>();
    private final Queue<LoggedEvent> replayed = new ArrayDeque<>();
    /** These two are guarded by the lock, as {@link #live} is; all else belongs to the watcher's thread. */
    private boolean overflowed;

    private long newestSequence;

    private long lastSequence;
    private boolean behind = true;
    private boolean ended;

    EventFeed(DeploymentLog log, DeploymentId deployment, long since, Consumer<EventFeed> onClose) {
        this.log = log;
        this.deployment = deployment;
        this.lastSequence = since;
        this.onClose = onClose;
    }

    /** The next event; empty when none came within {@code max}, or when {@link #ended}. */
    public Optional<LoggedEvent> next(Duration max) throws InterruptedException {
        long deadline = System.nanoTime() + max.toNanos();
        while (!ended) {
            if (behind) {
                readPage();
            }
            Optional<LoggedEvent> event = Optional.ofNullable(replayed.poll());
            if (event.isEmpty() && !behind) {
                event = takeLive(deadline);
                if (event.isEmpty() && !behind) {
                    return Optional.empty();
                }
            }
            if (event.isPresent()) {
                return handOut(event.get());
            }
        }
        return Optional.empty();
    }

    /** The terminal event was handed out: no other will follow. */
    public boolean ended() {
        return ended;
    }

    /** How many events have come since this watcher began that it was not handed yet; they wait in the log, not in memory. */
    public long backlog() {
        lock.lock();
        try {
            return Math.max(0, newestSequence - lastSequence);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        onClose.accept(this);
    }

    /** Nothing will follow what the watcher has seen already. */
    public void end() {
        ended = true;
    }

    /** Called by whoever appends; never waits. */
    void offer(LoggedEvent event) {
        lock.lock();
        try {
            if (live.size() >= QUEUED_MAX) {
                live.clear();
                overflowed = true;
            }
            if (!overflowed) {
                live.add(event);
            }
            newestSequence = Math.max(newestSequence, event.sequence());
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    private void readPage() {
        if (!replayed.isEmpty()) {
            return;
        }
        var page = log.after(deployment, lastSequence, PAGE);
        replayed.addAll(page);
        behind = page.size() == PAGE;
    }

    private Optional<LoggedEvent> takeLive(long deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                if (overflowed) {
                    overflowed = false;
                    behind = true;
                    return Optional.empty();
                }
                LoggedEvent event = live.poll();
                if (event != null && event.sequence() == lastSequence + 1) {
                    return Optional.of(event);
                }
                if (event != null && event.sequence() > lastSequence) {
                    // Two appenders may publish in another order than they appended; the log has the right one.
                    behind = true;
                    return Optional.empty();
                }
                long left = deadline - System.nanoTime();
                if (event == null && (left <= 0 || !arrived.await(left, TimeUnit.NANOSECONDS))) {
                    return Optional.empty();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private Optional<LoggedEvent> handOut(LoggedEvent event) {
        lastSequence = event.sequence();
        ended = switch (event.event()) {
            case DeploymentEvent.Entered entered -> false;
            case DeploymentEvent.Output output -> false;
            case DeploymentEvent.Resumed resumed -> false;
            case DeploymentEvent.Completed completed -> true;
            case DeploymentEvent.Failed failed -> true;
        };
        return Optional.of(event);
    }
}
