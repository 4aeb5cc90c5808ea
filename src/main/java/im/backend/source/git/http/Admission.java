package im.backend.source.git.http;

import im.backend.domain.ProjectId;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Keeps fetches and pushes few at once: each costs memory and a processor. */
final class Admission {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final PushLimits limits;
    private final Semaphore all;
    private final Map<ProjectId, Semaphore> perProject = new ConcurrentHashMap<>();

    Admission(PushLimits limits) {
        this.limits = limits;
        this.all = new Semaphore(limits.callsMax(), true);
    }

    /** One admitted call; may be closed early, and then again. */
    @FunctionalInterface
    interface Turn extends AutoCloseable {
        @Override
        void close();
    }

    Turn enter(ProjectId project) {
        Semaphore own = perProject.computeIfAbsent(project, _ -> new Semaphore(limits.callsPerProjectMax(), true));
        acquire(own);
        try {
            acquire(all);
        } catch (ProblemException e) {
            own.release();
            throw e;
        }
        AtomicBoolean left = new AtomicBoolean();
        return () -> {
            if (left.compareAndSet(false, true)) {
                all.release();
                own.release();
            }
        };
    }

    private void acquire(Semaphore semaphore) {
        try {
            if (semaphore.tryAcquire(limits.callWait().toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new Problem.Unavailable("git-busy", "Too many fetches and pushes at once. Try again.", RETRY_AFTER)
                .asException();
    }
}
