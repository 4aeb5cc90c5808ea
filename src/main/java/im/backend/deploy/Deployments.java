package im.backend.deploy;

import im.backend.deploy.ports.Ports;
import im.backend.deploy.progress.EventFeed;
import im.backend.deploy.queue.DeployDesk;
import im.backend.deploy.queue.DeployFloor;
import im.backend.deploy.queue.RunControl;
import im.backend.domain.Caller;
import im.backend.domain.CommitHash;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentId;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.LoggedEvent;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ProjectName;
import im.backend.problem.Problem;
import im.backend.problem.Violation;
import im.backend.source.Commit;
import im.backend.source.CommitSearch;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Asking for deployments and looking at them. */
public final class Deployments {
    private static final String DEFAULT_MESSAGE = "Deploy";

    private final Ports ports;
    private final ProjectAccess access;
    private final ProjectLifecycle lifecycle;
    private final ReleasePlanner planner;
    private final DeployFloor floor;

    Deployments(
            Ports ports, ProjectAccess access, ProjectLifecycle lifecycle, ReleasePlanner planner, DeployFloor floor) {
        this.ports = ports;
        this.access = access;
        this.lifecycle = lifecycle;
        this.planner = planner;
        this.floor = floor;
    }

    /** Stages the source, checks what can be checked and queues it; durable when it returns. */
    public Deployment submit(Caller caller, SubmitRequest request) {
        String name = request.project().orElseGet(() -> nameIn(request));
        Project project =
                access.lookUp(caller, name).orElseGet(() -> lifecycle.openOrFind(ProjectId.among(caller.user(), name)));
        ports.source().create(project.id());
        String message = request.message().isBlank() ? DEFAULT_MESSAGE : request.message();
        Commit commit = ports.source().stage(project.id(), request.upload(), caller.user(), message);
        planner.check(project.id(), ports.source().read(project.id(), commit.hash()));
        return floor.desk()
                .place(new DeployDesk.Order(
                        project.id(),
                        commit.hash(),
                        caller.user(),
                        Deployment.Origin.UPLOAD,
                        Optional.empty(),
                        request.idempotency()));
    }

    /** Queues a commit that is in the store already. */
    public Deployment submitCommit(Caller caller, CommitRequest request) {
        Project project = access.find(caller, request.project());
        CommitHash commit = new CommitSearch(ports.source())
                .find(project.id(), request.commit().orElse(CommitSearch.MAIN));
        planner.check(project.id(), ports.source().read(project.id(), commit));
        return floor.desk()
                .place(new DeployDesk.Order(
                        project.id(),
                        commit,
                        caller.user(),
                        Deployment.Origin.PUSH,
                        Optional.empty(),
                        request.idempotency()));
    }

    /** Queues a commit that a git push has just put on main. */
    public Deployment submitPush(Caller caller, ProjectId project, CommitHash commit) {
        return submitCommit(caller, new CommitRequest(project.value(), Optional.of(commit.value()), Optional.empty()));
    }

    /** Ends it with {@code cancelled}; Conflict {@code already-finished} when it is too late. Returns before it has ended. */
    public Deployment cancel(Caller caller, DeploymentId id) {
        Deployment deployment = find(caller, id);
        return switch (floor.queue().cancel(id, RunControl.Stop.CANCELLED)) {
            case WAITING -> {
                floor.desk().end(deployment, "cancelled", "The deployment was cancelled before it began.");
                yield find(caller, id);
            }
            case RUNNING -> find(caller, id);
            case TOO_LATE -> throw tooLate(find(caller, id));
        };
    }

    private static RuntimeException tooLate(Deployment deployment) {
        return new Problem.Conflict(
                        "already-finished",
                        "Deployment " + deployment.id()
                                + (deployment.status() == DeploymentStatus.FAILED
                                        ? " has failed already, so there is nothing to cancel."
                                        : " can not be cancelled: its release takes the traffic. `backendim rollback`"
                                                + " goes back to the one before."))
                .asException();
    }

    public Deployment find(Caller caller, DeploymentId id) {
        return ports.stores()
                .log()
                .find(id)
                .filter(deployment -> caller.mayUse(deployment.project()))
                .orElseThrow(() -> new Problem.NotFound("No deployment " + id + ".").asException());
    }

    /** Newest first. */
    public List<Deployment> list(Caller caller, String project, Instant before, int countMax) {
        return ports.stores().log().list(access.find(caller, project).id(), before, countMax);
    }

    /** Events after {@code since}, oldest first; Gone {@code events-gone} when there never were as many. */
    public List<LoggedEvent> events(Caller caller, DeploymentId id, long since, int countMax) {
        known(find(caller, id), since);
        return ports.stores().log().after(id, since, countMax);
    }

    /** All events after {@code since}, those to come too. To be closed. */
    public EventFeed watch(Caller caller, DeploymentId id, long since) {
        Deployment deployment = find(caller, id);
        known(deployment, since);
        EventFeed feed = floor.journal().hub().open(id, since);
        if (deployment.status().terminal() && since >= deployment.lastSequence()) {
            feed.end();
        }
        return feed;
    }

    private static void known(Deployment deployment, long since) {
        if (since > deployment.lastSequence()) {
            throw new Problem.Gone(
                            "events-gone",
                            "since: " + since + " (expected: at most " + deployment.lastSequence()
                                    + ", the last event of this deployment). Begin again with since=0.")
                    .asException();
        }
    }

    private String nameIn(SubmitRequest request) {
        return ports.manifests()
                .read(PlainFiles.of(request.upload()))
                .name()
                .map(ProjectName::value)
                .orElseThrow(() -> new Problem.Invalid(
                                "validation",
                                "The deployment names no project.",
                                List.of(new Violation(
                                        "/project",
                                        "project: absent (expected: a name or id here, or `name:` in the"
                                                + " config part)")))
                        .asException());
    }
}
