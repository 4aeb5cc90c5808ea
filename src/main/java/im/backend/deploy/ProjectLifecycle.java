package im.backend.deploy;

import im.backend.deploy.ports.DeploySettings;
import im.backend.deploy.ports.Ports;
import im.backend.deploy.queue.DeployDesk;
import im.backend.deploy.queue.DeployFloor;
import im.backend.deploy.rollout.Hosts;
import im.backend.deploy.rollout.Rollout;
import im.backend.domain.Caller;
import im.backend.domain.Deployment;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import im.backend.orchestrator.Instance;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.route.Draining;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What the beginning, a change and the end of a project mean for what runs of it. Whoever calls has decided access. */
public final class ProjectLifecycle {
    private static final Duration RUNNING_ENDS_MAX = Duration.ofSeconds(30);

    private final Ports ports;
    private final Hosts hosts;
    private final DeployFloor floor;
    private final Rollout rollout;
    private final DeploySettings settings;

    ProjectLifecycle(Ports ports, Hosts hosts, DeployFloor floor, Rollout rollout, DeploySettings settings) {
        this.ports = ports;
        this.hosts = hosts;
        this.floor = floor;
        this.rollout = rollout;
        this.settings = settings;
    }

    /** Conflict {@code name-taken} when it is there. */
    public Project open(ProjectId id) {
        Project project = ports.stores().projects().create(id);
        ports.source().create(id);
        hosts.claim(project);
        return project;
    }

    /** For callers who do not mind that another one was first. */
    Project openOrFind(ProjectId id) {
        try {
            return open(id);
        } catch (ProblemException e) {
            return ports.stores().projects().find(id).orElseThrow(() -> e);
        }
    }

    /** Makes changed env, secrets or replicas live without a build; empty while nothing is live or on its way. */
    public Optional<Deployment> applySettings(Caller caller, Project project) {
        return floor.desk()
                .placeAgain(new DeployDesk.Again(
                        project.id(), caller.user(), Deployment.Origin.CONFIG_CHANGE, live(project)));
    }

    /** Cancels what is under way, withdraws the routes and ends every instance. */
    public void stop(Project project) {
        closed(project, () -> takeDown(project));
    }

    /** As {@link #stop}, and then removes all that the project has, for good. */
    public void delete(Project project) {
        ProjectId id = project.id();
        closed(project, () -> {
            takeDown(project);
            var orchestrator = ports.hosting().orchestrator();
            orchestrator.namespaces(id).forEach(orchestrator::removeNamespace);
            ports.hosting().storage().delete(id);
            ports.secrets().deleteAll(id);
            ports.images().forget(id);
            ports.source().delete(id);
            ports.stores().projects().delete(id);
            hosts.forget(id);
        });
    }

    Optional<Release> live(Project project) {
        return ports.stores().live(project);
    }

    private void closed(Project project, Runnable body) {
        ProjectId id = project.id();
        try {
            floor.queue()
                    .closeProject(id, RUNNING_ENDS_MAX)
                    .forEach(ticket -> floor.desk()
                            .end(ticket.deployment(), "cancelled", "The project was stopped before it began."));
            if (floor.queue().isBusy(id)) {
                throw new Problem.Unavailable(
                                "busy",
                                "What is being done with " + id + " has not ended yet; try again.",
                                RUNNING_ENDS_MAX)
                        .asException();
            }
            body.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem.Unavailable("interrupted", "The server is stopping.", RUNNING_ENDS_MAX).asException(e);
        } finally {
            floor.queue().reopen(id);
        }
    }

    /** First in the store, so that a crash in the middle brings nothing up again. */
    private void takeDown(Project project) {
        ProjectId id = project.id();
        // What ended just now may have made another release live than the caller has seen.
        Optional<Release> live = ports.stores().projects().find(id).flatMap(this::live);
        ports.stores().projects().markStopped(id);
        Draining draining = rollout.traffic().withdraw(id);
        live.ifPresent(release -> rollout.traffic().withdraw(id, release.commit()));
        rollout.unschedule(id);
        List<Instance> instances = ports.hosting().orchestrator().running(id);
        try {
            draining.await(settings.stopGrace());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        rollout.stop(instances);
    }
}
