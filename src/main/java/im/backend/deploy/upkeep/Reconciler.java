package im.backend.deploy.upkeep;

import im.backend.deploy.ports.Ports;
import im.backend.deploy.queue.DeployQueue;
import im.backend.deploy.rollout.Rollout;
import im.backend.domain.DeploymentId;
import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.domain.ReleaseName;
import im.backend.problem.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/**
 * Keeps what is live as it shall be while the server runs: compares it now and then, all at once, and brings up again what
 * somebody has deleted or changed, or what could not be brought up before. What is stopped is not live and stays down; a
 * project with which something is being done is left to that. Safe for several threads.
 */
public final class Reconciler implements AutoCloseable {
    private static final int AT_ONCE = 4;
    /** Between two rounds that were asked for; deletions come in swarms. */
    private static final Duration PAUSE_MIN = Duration.ofSeconds(2);

    private static final System.Logger LOG = System.getLogger(Reconciler.class.getName());

    private final Ports ports;
    private final Rollout rollout;
    private final DeployQueue queue;
    private final Duration every;
    private final LongAdder mended = new LongAdder();
    private final LongAdder failed = new LongAdder();
    /** Live releases that were not brought up at the last attempt. */
    private final Map<ProjectId, Release> unsettled = new ConcurrentHashMap<>();
    /** What was told last of a project or, without one, of a round: the same is not told every minute. */
    private final Map<Optional<ProjectId>, String> told = new ConcurrentHashMap<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wake = lock.newCondition();
    private boolean asked;
    private boolean closed;
    private final Thread thread = Thread.ofVirtual().name("reconciler").unstarted(this::run);

    public Reconciler(Ports ports, Rollout rollout, DeployQueue queue, Duration every) {
        this.ports = ports;
        this.rollout = rollout;
        this.queue = queue;
        this.every = every;
    }

    /** Does nothing when the interval is zero. */
    public void start() {
        if (every.isPositive()) {
            thread.start();
        }
    }

    /** Lets the round that is under way end by itself; nothing else begins. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            wake.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The next round is to try it again. */
    public void notBroughtUp(Release release) {
        unsettled.put(release.project(), release);
    }

    void broughtUp(Release release) {
        unsettled.remove(release.project(), release);
    }

    /** Somebody has seen something vanish: look at once. */
    public void lookSoon() {
        lock.lock();
        try {
            asked = true;
            wake.signalAll();
        } finally {
            lock.unlock();
        }
    }

    public Repairs repairs() {
        return new Repairs(mended.sum(), failed.sum());
    }

    private void run() {
        try {
            while (awaitTurn()) {
                try {
                    round();
                    told.remove(Optional.<ProjectId>empty());
                } catch (RuntimeException e) {
                    if (!isClosed()) {
                        tellFailure(Optional.empty(), "what is live could not be looked at", e);
                    }
                }
            }
        } catch (InterruptedException serverEnds) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** @return false at the end */
    private boolean awaitTurn() throws InterruptedException {
        lock.lock();
        try {
            pause(PAUSE_MIN.compareTo(every) < 0 ? PAUSE_MIN : every);
            long left = every.minus(PAUSE_MIN).toNanos();
            while (!closed && !asked && left > 0) {
                left = wake.awaitNanos(left);
            }
            asked = false;
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void pause(Duration time) throws InterruptedException {
        long left = time.toNanos();
        while (!closed && left > 0) {
            left = wake.awaitNanos(left);
        }
    }

    /** Looks once, and returns when all that was found is mended or was tried. */
    public void round() throws InterruptedException {
        List<Release> live = ports.stores().releases().live();
        Map<DeploymentId, ReleaseName> names =
                live.stream().collect(Collectors.toMap(Release::deployment, Release::name));
        Map<DeploymentId, List<String>> drift = ports.hosting().orchestrator().drift(names);
        Map<Hostname, List<Endpoint>> routes = ports.router().routes();
        unsettled.values().retainAll(live);
        Semaphore places = new Semaphore(AT_ONCE);
        List<Thread> threads = new ArrayList<>();
        for (Release release : live) {
            List<String> found = new ArrayList<>(drift.getOrDefault(release.deployment(), List.of()));
            rollout.traffic().astray(release, routes).forEach(host -> found.add("route " + host + " is gone"));
            if (release.equals(unsettled.get(release.project())) && found.isEmpty()) {
                found.add("it was not brought up before");
            }
            if (!found.isEmpty()) {
                places.acquire();
                threads.add(Thread.ofVirtual()
                        .name("repair-" + release.project())
                        .start(() -> {
                            try {
                                queue.alone(release.project(), () -> repair(release, found));
                            } finally {
                                places.release();
                            }
                        }));
            }
        }
        for (Thread repairing : threads) {
            repairing.join();
        }
    }

    private void repair(Release release, List<String> found) {
        Optional<ProjectId> id = Optional.of(release.project());
        try {
            Optional<Project> project = ports.stores().projects().find(release.project());
            if (project.flatMap(Project::live).filter(release.version()::equals).isEmpty()) {
                // Stopped, deleted or followed by another release since it was looked at.
                return;
            }
            rollout.bringUp(project.get(), release);
            unsettled.remove(release.project());
            told.remove(id);
            mended.increment();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "repaired: projectId={0} release={1} because={2}",
                    release.project(),
                    release.version(),
                    String.join("; ", found));
        } catch (RuntimeException e) {
            failed.increment();
            notBroughtUp(release);
            tellFailure(
                    id,
                    "not repaired: projectId=" + release.project() + " release=" + release.version() + " because="
                            + String.join("; ", found),
                    e);
        }
    }

    /** Once, until it is another failure or none. */
    private void tellFailure(Optional<ProjectId> project, String what, RuntimeException failure) {
        String why = failure instanceof ProblemException expected
                ? expected.problem().slug() + ": " + expected.problem().detail()
                : failure.toString();
        if (why.equals(told.put(project, why))) {
            return;
        }
        if (failure instanceof ProblemException) {
            LOG.log(System.Logger.Level.WARNING, "{0} ({1}); it is tried again", what, why);
        } else {
            LOG.log(System.Logger.Level.ERROR, what, failure);
        }
    }
}
