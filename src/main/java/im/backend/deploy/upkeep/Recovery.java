package im.backend.deploy.upkeep;

import im.backend.deploy.ports.Ports;
import im.backend.deploy.queue.DeployFloor;
import im.backend.deploy.rollout.Rollout;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentId;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.LoggedEvent;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.problem.ProblemException;
import im.backend.store.ProjectStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * Makes the host again what the stores say: live releases up and routed, nothing else running, and what was being
 * deployed on its way again. Every step is safe to repeat, so that a crash in the middle needs nothing but another start.
 */
public final class Recovery {
    /** A deployment that did not survive so many starts is taken for the reason why the server went down. */
    static final int ATTEMPTS_MAX = 3;

    private static final int AT_ONCE = 8;
    private static final int PAGE = 500;
    private static final System.Logger LOG = System.getLogger(Recovery.class.getName());

    private final Ports ports;
    private final Rollout rollout;
    private final DeployFloor floor;
    private final Retirement retirement;
    private final Retries retries;
    private final Reconciler reconciler;

    public Recovery(
            Ports ports,
            Rollout rollout,
            DeployFloor floor,
            Retirement retirement,
            Retries retries,
            Reconciler reconciler) {
        this.ports = ports;
        this.rollout = rollout;
        this.floor = floor;
        this.retirement = retirement;
        this.retries = retries;
        this.reconciler = reconciler;
    }

    /** @param live when the server started */
    private record Found(Project project, Optional<Release> live) {}

    /**
     * Returns when every live release is started and routed, and every unfinished deployment queued. Where that failed it is
     * tried again in the background.
     */
    public void run() throws InterruptedException {
        List<Deployment> unfinished =
                ports.stores().log().unfinished().stream().filter(this::mayGoOn).toList();
        Map<ProjectId, Release> live = new HashMap<>();
        ports.stores().releases().live().forEach(release -> live.put(release.project(), release));

        Semaphore places = new Semaphore(AT_ONCE);
        List<Thread> threads = new ArrayList<>();
        Queue<Found> unsettled = new ConcurrentLinkedQueue<>();
        for (Project project : projects()) {
            places.acquire();
            threads.add(Thread.ofVirtual().name("recover-" + project.id()).start(() -> {
                try {
                    Found found = new Found(project, Optional.ofNullable(live.get(project.id())));
                    if (!isRecovered(found)) {
                        unsettled.add(found);
                    }
                } finally {
                    places.release();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        unfinished.forEach(floor.desk()::resume);
        if (!unsettled.isEmpty()) {
            Thread.ofVirtual()
                    .name("recover-again")
                    .start(() -> retries.until(() -> {
                        unsettled.removeIf(this::isSettled);
                        return unsettled.isEmpty();
                    }));
        }
    }

    private boolean mayGoOn(Deployment deployment) {
        if (deployment.status() == DeploymentStatus.QUEUED) {
            return true;
        }
        int attempt = attempts(deployment) + 1;
        if (attempt <= ATTEMPTS_MAX) {
            floor.journal().append(deployment.id(), new DeploymentEvent.Resumed(attempt));
            return true;
        }
        floor.desk()
                .end(
                        deployment,
                        "interrupted",
                        "The server went down " + attempt + " times while this deployment was at "
                                + deployment.status().wireName() + "; it is not tried again.");
        return false;
    }

    private int attempts(Deployment deployment) {
        int attempts = 0;
        long since = 0;
        List<LoggedEvent> page;
        do {
            page = ports.stores().log().after(deployment.id(), since, PAGE);
            for (LoggedEvent event : page) {
                attempts += event.event() instanceof DeploymentEvent.Resumed ? 1 : 0;
                since = event.sequence();
            }
        } while (page.size() == PAGE);
        return attempts;
    }

    /** False while a deployment is under way: it may yet settle it. */
    private boolean isSettled(Found found) {
        AtomicBoolean settled = new AtomicBoolean();
        floor.queue().alone(found.project().id(), () -> settled.set(isOver(found) || isRecovered(found)));
        return settled.get();
    }

    /** Whatever was made live since, or taken down, has removed what was left. */
    private boolean isOver(Found found) {
        return !ports.stores()
                .projects()
                .find(found.project().id())
                .map(Project::live)
                .equals(Optional.of(found.project().live()));
    }

    private boolean isRecovered(Found found) {
        Project project = found.project();
        Optional<Release> live = found.live();
        try {
            boolean stopFirst = live.isEmpty() || rollout.stopsFirst(live.get().manifest(), live);
            boolean stopped = stopFirst && stopUnwanted(found);
            live.ifPresentOrElse(release -> rollout.bringUp(project, release), () -> rollout.unschedule(project.id()));
            live.ifPresent(reconciler::broughtUp);
            if (!stopFirst) {
                // Its requests do not wait until something else has ended.
                stopped = stopUnwanted(found);
            }
            retirement.removeLeftovers(
                    project.id(), live.stream().map(Release::name).collect(Collectors.toSet()));
            return stopped;
        } catch (RuntimeException e) {
            // One broken project must not keep the others down.
            LOG.log(System.Logger.Level.ERROR, "project " + project.id() + " was not brought up", e);
            live.ifPresent(reconciler::notBroughtUp);
            return false;
        }
    }

    /**
     * Instances of an unfinished deployment too: it starts them again when its turn comes, if it ever does. False when one of
     * them would not go, which keeps nothing else from being brought up.
     */
    private boolean stopUnwanted(Found found) {
        ProjectId project = found.project().id();
        Optional<DeploymentId> wanted = found.live().map(Release::deployment);
        try {
            rollout.stop(ports.hosting().orchestrator().running(project).stream()
                    .filter(instance ->
                            !wanted.equals(Optional.of(instance.key().deployment())))
                    .toList());
            return true;
        } catch (ProblemException e) {
            LOG.log(System.Logger.Level.WARNING, "not all that is unwanted of " + project + " was stopped", e);
            return false;
        }
    }

    private List<Project> projects() {
        List<Project> all = new ArrayList<>();
        List<Project> page;
        do {
            String after = all.isEmpty() ? "" : all.getLast().id().value();
            page = ports.stores().projects().list(new ProjectStore.Owner.Anyone(), after, PAGE);
            all.addAll(page);
        } while (page.size() == PAGE);
        return all;
    }
}
