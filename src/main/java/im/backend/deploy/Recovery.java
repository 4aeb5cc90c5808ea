package im.backend.deploy;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentId;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.LoggedEvent;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.domain.ReleaseName;
import im.backend.problem.ProblemException;
import im.backend.store.ProjectStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Makes the host again what the stores say: live releases up and routed, nothing else running, and what was being
 * deployed on its way again. Every step is safe to repeat, so that a crash in the middle needs nothing but another start.
 */
final class Recovery {
    /** A deployment that did not survive so many starts is taken for the reason why the server went down. */
    static final int ATTEMPTS_MAX = 3;

    private static final int AT_ONCE = 8;
    private static final int PAGE = 500;
    private static final System.Logger LOG = System.getLogger(Recovery.class.getName());

    private final Ports ports;
    private final Rollout rollout;
    private final DeployFloor floor;
    private final DeploySettings settings;
    private final Consumer<Release> failed;

    /** @param failed is told of the live releases that were not brought up */
    Recovery(Ports ports, Rollout rollout, DeployFloor floor, DeploySettings settings, Consumer<Release> failed) {
        this.ports = ports;
        this.rollout = rollout;
        this.floor = floor;
        this.settings = settings;
        this.failed = failed;
    }

    /** Returns when every live release is started and routed, and every unfinished deployment queued. */
    void run() throws InterruptedException {
        List<Deployment> unfinished =
                ports.stores().log().unfinished().stream().filter(this::mayGoOn).toList();
        Map<ProjectId, List<Deployment>> byProject =
                unfinished.stream().collect(Collectors.groupingBy(Deployment::project));
        Map<ProjectId, Release> live = new HashMap<>();
        ports.stores().releases().live().forEach(release -> live.put(release.project(), release));

        Semaphore places = new Semaphore(AT_ONCE);
        List<Thread> threads = new ArrayList<>();
        for (Project project : projects()) {
            places.acquire();
            threads.add(Thread.ofVirtual().name("recover-" + project.id()).start(() -> {
                try {
                    recover(
                            project,
                            Optional.ofNullable(live.get(project.id())),
                            byProject.getOrDefault(project.id(), List.of()));
                } finally {
                    places.release();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        unfinished.forEach(floor.desk()::resume);
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

    private void recover(Project project, Optional<Release> live, List<Deployment> unfinished) {
        try {
            boolean stopFirst = live.isEmpty() || rollout.stopsFirst(live.get().manifest(), live);
            if (stopFirst) {
                stopUnwanted(project, live);
            }
            live.ifPresentOrElse(release -> rollout.bringUp(project, release), () -> rollout.unschedule(project.id()));
            if (!stopFirst) {
                // Its requests do not wait until something else has ended.
                stopUnwanted(project, live);
            }
            removeNamespaces(project, live, unfinished);
        } catch (RuntimeException e) {
            // One broken project must not keep the others down.
            LOG.log(System.Logger.Level.ERROR, "project " + project.id() + " was not brought up", e);
            live.ifPresent(failed);
        }
    }

    /** Instances of an unfinished deployment too: it starts them again when its turn comes, if it ever does. */
    private void stopUnwanted(Project project, Optional<Release> live) {
        Optional<DeploymentId> wanted = live.map(Release::deployment);
        try {
            rollout.stop(ports.hosting().orchestrator().running(project.id()).stream()
                    .filter(instance ->
                            !wanted.equals(Optional.of(instance.key().deployment())))
                    .toList());
        } catch (ProblemException e) {
            LOG.log(System.Logger.Level.WARNING, "not all that is unwanted of " + project.id() + " was stopped", e);
        }
    }

    private void removeNamespaces(Project project, Optional<Release> live, List<Deployment> unfinished) {
        Set<ReleaseName> names = new HashSet<>();
        unfinished.forEach(deployment -> names.add(deployment.releaseName()));
        ports.stores()
                .releases()
                .list(project.id(), Integer.MAX_VALUE, settings.releasesKept())
                .forEach(release -> names.add(release.name()));
        live.map(Release::name).ifPresent(names::remove);
        names.forEach(ports.hosting().orchestrator()::removeNamespace);
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
