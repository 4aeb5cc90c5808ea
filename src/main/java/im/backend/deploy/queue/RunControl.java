package im.backend.deploy.queue;

import im.backend.deploy.progress.Wording;
import im.backend.problem.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a running deployment from outside, and keeps the deadlines of its stages. A thread is interrupted only inside
 * {@link #within}: an interrupt in the middle of a database or git write would close the file under everybody else.
 */
public final class RunControl {
    private final ScheduledExecutorService timer;
    private @Nullable Thread thread;
    private @Nullable Stop stop;
    private long section;
    private boolean interruptible;
    private boolean expired;
    private boolean settled;

    RunControl(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    public enum Stop {
        CANCELLED,
        DEADLINE,
        /** The server stops; the deployment goes on at its next start. */
        SHUTDOWN
    }

    /** What may take long, and ends early when its thread is interrupted. */
    @FunctionalInterface
    public interface Section<T> {
        T run() throws InterruptedException;
    }

    /** False when it is too late, because the release takes traffic already or the deployment has ended. */
    public synchronized boolean stop(Stop reason) {
        if (settled) {
            return false;
        }
        if (stop == null) {
            stop = reason;
            interrupt();
        }
        return true;
    }

    public synchronized Optional<Stop> stopped() {
        return Optional.ofNullable(stop);
    }

    /** From now on it can not be stopped; fails when it was before. */
    public synchronized void settle() {
        check();
        settled = true;
    }

    /** Fails when the deployment was stopped. */
    public synchronized void check() {
        if (stop != null) {
            throw problem(stop).asException();
        }
    }

    /** Runs the body in this thread; fails with {@code timeout} when it takes longer. */
    public <T> T within(Duration max, String what, Section<T> body) {
        long entered = enter();
        Future<?> alarm = timer.schedule(() -> expire(entered), max.toMillis(), TimeUnit.MILLISECONDS);
        try {
            return body.run();
        } catch (InterruptedException | RuntimeException e) {
            throw translate(e, what, max);
        } finally {
            alarm.cancel(false);
            leave();
        }
    }

    private synchronized long enter() {
        check();
        thread = Thread.currentThread();
        interruptible = true;
        expired = false;
        return ++section;
    }

    private synchronized void leave() {
        interruptible = false;
        // An interrupt that came too late for the body must not hit what follows.
        Thread.interrupted();
    }

    private synchronized void expire(long entered) {
        if (entered == section) {
            expired = true;
            interrupt();
        }
    }

    private void interrupt() {
        if (interruptible && thread != null) {
            thread.interrupt();
        }
    }

    private synchronized RuntimeException translate(Exception failure, String what, Duration max) {
        if (stop != null) {
            return problem(stop).asException(failure);
        }
        if (expired) {
            return new Problem.StageFailed(
                            "timeout",
                            what + " took longer than " + Wording.of(max) + " and was ended.",
                            "Make it shorter, or split it.",
                            List.of())
                    .asException(failure);
        }
        return failure instanceof RuntimeException unexpected ? unexpected : new IllegalStateException(failure);
    }

    private static Problem problem(Stop reason) {
        return switch (reason) {
            case CANCELLED -> new Problem.StageFailed("cancelled", "The deployment was cancelled.", "", List.of());
            case DEADLINE ->
                new Problem.StageFailed(
                        "timeout",
                        "The deployment took longer than it may in all, and was ended.",
                        "Look at which stage took the time, and make that one shorter.",
                        List.of());
            case SHUTDOWN ->
                new Problem.Unavailable(
                        "interrupted",
                        "The server stops; the deployment goes on at its next start.",
                        Duration.ofSeconds(30));
        };
    }
}
