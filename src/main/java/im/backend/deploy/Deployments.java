package im.backend.deploy;

import im.backend.domain.Caller;
import im.backend.domain.CommitHash;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentId;
import im.backend.domain.LoggedEvent;
import im.backend.domain.ProjectId;
import java.time.Instant;
import java.util.List;

/** Asking for deployments and looking at them. */
public final class Deployments {
    /** Stages the source, checks what can be checked and queues it; durable when it returns. */
    public Deployment submit(Caller caller, SubmitRequest request) {
        throw new UnsupportedOperationException();
    }

    /** Queues a commit that is in the store already. */
    public Deployment submitCommit(Caller caller, CommitRequest request) {
        throw new UnsupportedOperationException();
    }

    /** Queues a commit that a git push has just put on main. */
    public Deployment submitPush(Caller caller, ProjectId project, CommitHash commit) {
        throw new UnsupportedOperationException();
    }

    /** Ends it with {@code cancelled}; Conflict {@code already-finished} when it is too late. Returns before it has ended. */
    public Deployment cancel(Caller caller, DeploymentId deployment) {
        throw new UnsupportedOperationException();
    }

    public Deployment find(Caller caller, DeploymentId deployment) {
        throw new UnsupportedOperationException();
    }

    /** Newest first. */
    public List<Deployment> list(Caller caller, String project, Instant before, int countMax) {
        throw new UnsupportedOperationException();
    }

    /** Events after {@code since}, oldest first. */
    public List<LoggedEvent> events(Caller caller, DeploymentId deployment, long since, int countMax) {
        throw new UnsupportedOperationException();
    }

    /** All events after {@code since}, those to come too. To be closed. */
    public EventFeed watch(Caller caller, DeploymentId deployment, long since) {
        throw new UnsupportedOperationException();
    }
}
