package im.backend.deploy.upkeep;

import im.backend.deploy.ports.Ports;
import im.backend.deploy.rollout.Rollout;
import im.backend.deploy.rollout.Traffic;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.domain.ReleaseName;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.Workload;
import im.backend.route.Draining;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What comes after the switch, while the next deployment may already run: the old instances finish their requests and
 * end, and what nobody needs any more is removed. A crash in the middle is mended by {@link Recovery}.
 */
public final class Retirement {
    private static final System.Logger LOG = System.getLogger(Retirement.class.getName());

    private final Ports ports;
    private final Rollout rollout;
    private final Janitor janitor;
    private final Retries retries;
    private final ReleasesInWork inWork = new ReleasesInWork();
    /** What still ends its requests, and the release whose room it needs until then. */
    private final Map<Workload.Key, ReleaseName> retiring = new ConcurrentHashMap<>();

    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    public Retirement(Ports ports, Rollout rollout, Janitor janitor, Retries retries) {
        this.ports = ports;
        this.rollout = rollout;
        this.janitor = janitor;
        this.retries = retries;
    }

    public ReleasesInWork releasesInWork() {
        return inWork;
    }

    /**
     * @param previous the release that was live until now
     * @param draining requests in flight to it
     */
    public record Leaving(
            Project project, Release live, Optional<Release> previous, List<Instance> old, Draining draining) {}

    public void begin(Leaving leaving) {
        List<Instance> mine = leaving.old().stream()
                .filter(instance -> retiring.putIfAbsent(instance.key(), instance.release()) == null)
                .toList();
        Thread thread = Thread.ofVirtual()
                .name("retire-" + leaving.project().id())
                .unstarted(() -> {
                    try {
                        retries.until(() -> isRetired(leaving, mine));
                    } finally {
                        forget(mine);
                        threads.remove(Thread.currentThread());
                    }
                });
        threads.add(thread);
        thread.start();
    }

    private void forget(List<Instance> ended) {
        ended.forEach(instance -> retiring.remove(instance.key()));
    }

    /**
     * Removes the room of what is neither live nor on its way nor still answering, whoever has left it there: a deployment
     * whose end was given up, or a server that was killed.
     */
    void removeLeftovers(ProjectId project, Set<ReleaseName> kept) {
        var orchestrator = ports.hosting().orchestrator();
        for (ReleaseName release : orchestrator.namespaces(project)) {
            if (!kept.contains(release) && !retiring.containsValue(release)) {
                inWork.remove(release, () -> {
                    // Asked while nobody can begin to make it: a late retirement may find it live again.
                    if (!isLive(release)) {
                        orchestrator.removeNamespace(release);
                    }
                });
            }
        }
    }

    /** Waits for those that are at it, at most {@code max} in all. */
    public void await(Duration max) throws InterruptedException {
        long deadline = System.nanoTime() + max.toNanos();
        for (Thread thread : List.copyOf(threads)) {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            if (!left.isPositive() || !thread.join(left)) {
                return;
            }
        }
    }

    private boolean isRetired(Leaving leaving, List<Instance> old) {
        try {
            retire(leaving, old);
            return true;
        } catch (RuntimeException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "old instances of " + leaving.project().id() + " are not all gone",
                    e);
            return false;
        }
    }

    private void retire(Leaving leaving, List<Instance> old) {
        rollout.stop(
                old.stream().filter(instance -> instance.endpoint().isEmpty()).toList());
        drain(leaving);
        rollout.stop(
                old.stream().filter(instance -> instance.endpoint().isPresent()).toList());
        forget(old);
        removeLeftovers(leaving.project().id(), Set.of(leaving.live().name()));
        janitor.sweep(leaving.project().id());
    }

    private void drain(Leaving leaving) {
        Draining draining = leaving.previous()
                .map(Release::name)
                .filter(previous -> isOver(leaving, previous))
                .map(previous -> Traffic.all(
                        List.of(leaving.draining(), rollout.traffic().withdraw(previous.project(), previous.commit()))))
                .orElse(leaving.draining());
        try {
            draining.await(leaving.live().manifest().deploy().drain());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asked anew each time: a late retirement may find the release that it was about live again, or on its way. */
    private boolean isOver(Leaving leaving, ReleaseName release) {
        return !release.equals(leaving.live().name()) && !inWork.isMaking(release) && !isLive(release);
    }

    private boolean isLive(ReleaseName release) {
        return ports.stores()
                .projects()
                .find(release.project())
                .flatMap(ports.stores()::live)
                .map(Release::name)
                .equals(Optional.of(release));
    }
}
