package im.backend.deploy.rollout;

import im.backend.deploy.ports.DeploySettings;
import im.backend.domain.AppManifest;
import im.backend.domain.DeploymentId;
import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.Orchestrator;
import im.backend.orchestrator.ScheduledWorkload;
import im.backend.orchestrator.Schedules;
import im.backend.orchestrator.Workload;
import im.backend.problem.ProblemException;
import im.backend.route.Draining;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Starting instances, waiting for them, and giving them the project's traffic. */
public final class Rollout {
    private static final System.Logger LOG = System.getLogger(Rollout.class.getName());
    /** A pure worker that is still there after this has started. */
    private static final Duration STEADY = Duration.ofSeconds(1);

    private final Orchestrator orchestrator;
    private final Schedules schedules;
    private final Launcher launcher;
    private final HealthProbe probe;
    private final Traffic traffic;
    private final Hosts hosts;
    private final DeploySettings settings;

    public Rollout(
            Orchestrator orchestrator,
            Schedules schedules,
            Launcher launcher,
            HealthProbe probe,
            Traffic traffic,
            Hosts hosts,
            DeploySettings settings) {
        this.orchestrator = orchestrator;
        this.schedules = schedules;
        this.launcher = launcher;
        this.probe = probe;
        this.traffic = traffic;
        this.hosts = hosts;
        this.settings = settings;
    }

    /** What was started of a release. */
    public record Started(
            Release release, List<Instance> web, List<Instance> others, List<ScheduledWorkload> scheduled) {
        List<Endpoint> endpoints() {
            return web.stream()
                    .flatMap(instance -> instance.endpoint().stream())
                    .toList();
        }
    }

    public Launcher launcher() {
        return launcher;
    }

    public Traffic traffic() {
        return traffic;
    }

    /** Instances of the project that another deployment started. */
    public List<Instance> othersThan(DeploymentId deployment, ProjectId project) {
        return orchestrator.running(project).stream()
                .filter(instance -> !instance.key().deployment().equals(deployment))
                .toList();
    }

    /** Whether the old instances must be gone before the new ones start. */
    public boolean stopsFirst(AppManifest fresh, Optional<Release> live) {
        boolean samePort = hasPortAlone(fresh)
                && live.map(release -> release.manifest().port()).equals(Optional.of(fresh.port()));
        return samePort || fresh.strategy() == AppManifest.Strategy.RECREATE;
    }

    /** One host, one port: two instances that insist on the same one can not run side by side. */
    public boolean hasPortAlone(AppManifest manifest) {
        return switch (orchestrator.place()) {
            case HOST -> manifest.port().isPresent();
            case CLUSTER -> false;
        };
    }

    public Started start(Launch launch) {
        List<Instance> web = launch.web().stream().map(orchestrator::start).toList();
        List<Instance> others =
                launch.others().stream().map(orchestrator::start).toList();
        return new Started(launch.release(), web, others, launch.scheduled());
    }

    public void awaitHealthy(Started started) throws InterruptedException {
        for (Instance instance : started.web()) {
            Optional<Endpoint> endpoint = instance.endpoint();
            if (endpoint.isPresent()) {
                probe.await(new HealthProbe.Target(started.release(), instance, endpoint.get(), host(started)));
            }
        }
        Duration steady = started.web().isEmpty() ? STEADY : Duration.ZERO;
        for (Instance instance : started.others()) {
            probe.awaitSteady(started.release(), instance, steady);
        }
    }

    public Draining publish(Started started) {
        return traffic.publish(started.release(), started.endpoints());
    }

    /**
     * The hosts lead again to what ran before, or nowhere.
     *
     * @param before what still runs of the release before; empty when there is none, or it has to be brought up first
     * @param running instances of other deployments
     */
    public void publishAgain(Release failed, Optional<Release> before, List<Instance> running) {
        before.ifPresentOrElse(
                release -> traffic.publish(release, endpoints(release, running)),
                () -> traffic.withdraw(failed.project()));
        if (!before.map(Release::commit).equals(Optional.of(failed.commit()))) {
            traffic.withdraw(failed.project(), failed.commit());
        }
    }

    private static List<Endpoint> endpoints(Release release, List<Instance> running) {
        return running.stream()
                .filter(instance -> instance.key().deployment().equals(release.deployment()))
                .flatMap(instance -> instance.endpoint().stream())
                .toList();
    }

    /** Its commands are run at their times from now on, and those of no other release. */
    public void schedule(Started started) {
        schedules.replace(started.release().project(), started.scheduled());
    }

    /** As {@link #schedule(Started)}, of a release that runs. */
    public void schedule(Project project, Release release) {
        schedules.replace(project.id(), launcher.prepare(project, release).scheduled());
    }

    /** No command of the project is run any more, and none is running when this returns. */
    public void unschedule(ProjectId project) {
        schedules.replace(project, List.of());
    }

    /** Safe to repeat: what runs is found and not started twice. Routes point at it while it is still starting. */
    public Started bringUp(Project project, Release release) {
        Started started = start(launcher.prepare(project, release));
        publish(started);
        schedule(started);
        return started;
    }

    /** Takes a failure for an answer: there is nothing else that could be brought up. */
    public void bringUpAndWait(Project project, Release release) {
        Started started = bringUp(project, release);
        try {
            awaitHealthy(started);
        } catch (ProblemException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "release " + release.version() + " of " + project.id() + " was started again and does not answer: "
                            + e.problem().detail());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Side by side, because each may take its whole grace to end. Fails when one of them could not be stopped. */
    public void stop(List<Instance> instances) {
        Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
        List<Thread> stopping = new ArrayList<>();
        for (Instance instance : instances) {
            Workload.Key key = instance.key();
            stopping.add(Thread.ofVirtual().name("stop-" + key).start(() -> {
                try {
                    orchestrator.stop(key, settings.stopGrace());
                } catch (RuntimeException e) {
                    failures.add(e);
                }
            }));
        }
        boolean interrupted = false;
        for (Thread thread : stopping) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (!failures.isEmpty()) {
            throw failures.remove();
        }
    }

    /** All that the deployment started, whether or not it got as far as knowing it. */
    public void stopAllOf(DeploymentId deployment, ProjectId project) {
        stop(orchestrator.running(project).stream()
                .filter(instance -> instance.key().deployment().equals(deployment))
                .toList());
    }

    /** The one that BACKENDIM_URL names, so that an app may refuse all others. */
    private Hostname host(Started started) {
        return hosts.of(started.release().project()).getFirst();
    }
}
