package im.backend.deploy.queue;

import im.backend.deploy.progress.Wording;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentId;
import im.backend.domain.ProjectId;
import im.backend.problem.Problem;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Who deploys when: one at a time per project, a bounded number in all, first come first served among projects. What
 * waits is in the log too; this is only the order.
 */
public final class DeployQueue {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);
    private static final System.Logger LOG = System.getLogger(DeployQueue.class.getName());

    private final int concurrency;
    private final int waitingMax;
    private final Consumer<Ticket> runner;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ended = lock.newCondition();
    private final Map<ProjectId, Deque<Ticket>> waiting = new LinkedHashMap<>();
    private final Map<ProjectId, Ticket> running = new HashMap<>();
    /** With whom something is done that is no deployment, and that must not happen beside one. */
    private final Set<ProjectId> occupied = new HashSet<>();

    private final Set<ProjectId> closedProjects = new HashSet<>();
    private int waitingCount;
    private int reserved;
    private boolean closed;

    public DeployQueue(int concurrency, int waitingMax, Consumer<Ticket> runner) {
        this.concurrency = concurrency;
        this.waitingMax = waitingMax;
        this.runner = runner;
    }

    /** What cancelling did. */
    public enum Cancelled {
        /** It was waiting and is out of the queue; whoever cancelled ends it. */
        WAITING,
        /** It will end itself. */
        RUNNING,
        TOO_LATE
    }

    /** What a project has in the queue. */
    record Pending(Optional<Deployment> running, Optional<Deployment> waiting) {}

    /** Makes sure that there is a place before {@code opening} writes the deployment down; fails with {@code busy}. */
    <T> T withPlace(ProjectId project, Supplier<T> opening) {
        lock.lock();
        try {
            if (closed || closedProjects.contains(project)) {
                throw unavailable(closed ? "The server is stopping." : "The project is being stopped or deleted.");
            }
            boolean replaces = waiting.containsKey(project);
            if (!replaces && waitingCount + reserved >= waitingMax) {
                throw unavailable(waitingMax + " deployments are waiting already.");
            }
            reserved++;
        } finally {
            lock.unlock();
        }
        try {
            return opening.get();
        } finally {
            giveBackPlace();
        }
    }

    private void giveBackPlace() {
        lock.lock();
        try {
            reserved--;
        } finally {
            lock.unlock();
        }
    }

    /** @return waiting ones that this one makes pointless; the caller ends them */
    List<Ticket> add(Ticket ticket) {
        lock.lock();
        try {
            Deque<Ticket> line = waiting.computeIfAbsent(ticket.deployment().project(), id -> new ArrayDeque<>());
            List<Ticket> superseded = List.of();
            if (bringsItsOwnSource(ticket)) {
                superseded = List.copyOf(line);
                line.clear();
            }
            line.add(ticket);
            waitingCount += 1 - superseded.size();
            dispatch();
            return superseded;
        } finally {
            lock.unlock();
        }
    }

    Pending pending(ProjectId project) {
        lock.lock();
        try {
            return new Pending(
                    Optional.ofNullable(running.get(project)).map(Ticket::deployment),
                    Optional.ofNullable(waiting.get(project))
                            .map(line -> line.getLast().deployment()));
        } finally {
            lock.unlock();
        }
    }

    public Cancelled cancel(DeploymentId deployment, RunControl.Stop reason) {
        lock.lock();
        try {
            for (Ticket ticket : running.values()) {
                if (ticket.deployment().id().equals(deployment)) {
                    return ticket.control().stop(reason) ? Cancelled.RUNNING : Cancelled.TOO_LATE;
                }
            }
            for (Iterator<Deque<Ticket>> lines = waiting.values().iterator(); lines.hasNext(); ) {
                Deque<Ticket> line = lines.next();
                if (line.removeIf(ticket -> ticket.deployment().id().equals(deployment))) {
                    waitingCount--;
                    if (line.isEmpty()) {
                        lines.remove();
                    }
                    return Cancelled.WAITING;
                }
            }
            return Cancelled.TOO_LATE;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs {@code body} while nothing of the project is deployed, stopped or deleted; what comes meanwhile waits for its end.
     *
     * @return false when something of the project is under way, and then nothing was run
     */
    public boolean alone(ProjectId project, Runnable body) {
        lock.lock();
        try {
            if (closed || closedProjects.contains(project) || waiting.containsKey(project) || isBusy(project)) {
                return false;
            }
            occupied.add(project);
        } finally {
            lock.unlock();
        }
        try {
            body.run();
            return true;
        } finally {
            lock.lock();
            try {
                occupied.remove(project);
                ended.signalAll();
                dispatch();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Whether something is being done with the project now. */
    public boolean isBusy(ProjectId project) {
        lock.lock();
        try {
            return running.containsKey(project) || occupied.contains(project);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets nothing of the project in until {@link #reopen}, takes out what waits, cancels what runs, and waits for its end.
     *
     * @return those that waited; the caller ends them
     */
    public List<Ticket> closeProject(ProjectId project, Duration max) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            closedProjects.add(project);
            List<Ticket> taken = Optional.ofNullable(waiting.remove(project))
                    .map(List::copyOf)
                    .orElse(List.of());
            waitingCount -= taken.size();
            Optional.ofNullable(running.get(project))
                    .ifPresent(ticket -> ticket.control().stop(RunControl.Stop.CANCELLED));
            awaitEnd(max, () -> !isBusy(project));
            return taken;
        } finally {
            lock.unlock();
        }
    }

    public void reopen(ProjectId project) {
        lock.lock();
        try {
            closedProjects.remove(project);
        } finally {
            lock.unlock();
        }
    }

    /** Lets nothing in and suspends what runs; what waits stays in the log for the next start. */
    public void close(Duration max) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            closed = true;
            new ArrayList<>(running.values()).forEach(ticket -> ticket.control().stop(RunControl.Stop.SHUTDOWN));
            awaitEnd(max, () -> running.isEmpty() && occupied.isEmpty());
        } finally {
            lock.unlock();
        }
    }

    int waitingCount() {
        lock.lock();
        try {
            return waitingCount;
        } finally {
            lock.unlock();
        }
    }

    private void dispatch() {
        Iterator<Map.Entry<ProjectId, Deque<Ticket>>> lines = waiting.entrySet().iterator();
        while (!closed && running.size() < concurrency && lines.hasNext()) {
            Map.Entry<ProjectId, Deque<Ticket>> line = lines.next();
            if (isBusy(line.getKey())) {
                continue;
            }
            Ticket ticket = line.getValue().removeFirst();
            if (line.getValue().isEmpty()) {
                lines.remove();
            }
            waitingCount--;
            running.put(line.getKey(), ticket);
            Thread.ofVirtual().name("deploy-" + ticket.deployment().id()).start(() -> run(ticket));
        }
    }

    private void run(Ticket ticket) {
        try {
            runner.accept(ticket);
        } catch (RuntimeException | Error e) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "deployment " + ticket.deployment().id() + " has no end in the log; the next start goes on with it",
                    e);
        } finally {
            lock.lock();
            try {
                running.remove(ticket.deployment().project());
                ended.signalAll();
                dispatch();
            } finally {
                lock.unlock();
            }
        }
    }

    private void awaitEnd(Duration max, Supplier<Boolean> condition) throws InterruptedException {
        long left = max.toNanos();
        while (!condition.get() && left > 0) {
            left = ended.awaitNanos(left);
        }
    }

    private static boolean bringsItsOwnSource(Ticket ticket) {
        return switch (ticket.deployment().origin()) {
            case UPLOAD, PUSH, ROLLBACK -> true;
            case CONFIG_CHANGE, START -> false;
        };
    }

    private static RuntimeException unavailable(String why) {
        return new Problem.Unavailable("busy", why + " Try again in " + Wording.of(RETRY_AFTER) + ".", RETRY_AFTER)
                .asException();
    }
}
