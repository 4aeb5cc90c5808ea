package im.backend.domain;

import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/**
 * One attempt to make a commit live.
 *
 * @param origin how it came to be, shown in lists
 * @param base the release whose image is put live again; empty when the commit is built
 * @param failure set when {@code status} is FAILED
 * @param version set when {@code status} is COMPLETE
 * @param url set when {@code status} is COMPLETE
 */
public record Deployment(
        DeploymentId id,
        ProjectId project,
        CommitHash commit,
        UserName by,
        Origin origin,
        Optional<ReleaseVersion> base,
        Instant createdAt,
        DeploymentStatus status,
        long lastSequence,
        Instant updatedAt,
        Optional<ReleaseVersion> version,
        Optional<URI> url,
        Optional<DeploymentEvent.Failed> failure) {

    public enum Origin {
        UPLOAD,
        PUSH,
        ROLLBACK,
        CONFIG_CHANGE,
        START
    }

    public ReleaseName releaseName() {
        return new ReleaseName(project, commit);
    }

    /** The state after one more event; events after a terminal one are ignored. */
    public Deployment apply(LoggedEvent logged) {
        if (status.terminal()) {
            return this;
        }
        return switch (logged.event()) {
            case DeploymentEvent.Entered(DeploymentStatus entered, var logs) ->
                with(logged, entered, Optional.empty(), Optional.empty(), Optional.empty());
            case DeploymentEvent.Output(var lines) -> with(logged, status, version, url, failure);
            case DeploymentEvent.Resumed(int attempt) -> with(logged, status, version, url, failure);
            case DeploymentEvent.Completed(ReleaseVersion released, URI address, var logs) ->
                with(logged, DeploymentStatus.COMPLETE, Optional.of(released), Optional.of(address), Optional.empty());
            case DeploymentEvent.Failed failed ->
                with(logged, DeploymentStatus.FAILED, Optional.empty(), Optional.empty(), Optional.of(failed));
        };
    }

    private Deployment with(
            LoggedEvent logged,
            DeploymentStatus next,
            Optional<ReleaseVersion> nextVersion,
            Optional<URI> nextUrl,
            Optional<DeploymentEvent.Failed> nextFailure) {
        return new Deployment(
                id,
                project,
                commit,
                by,
                origin,
                base,
                createdAt,
                next,
                logged.sequence(),
                logged.at(),
                nextVersion,
                nextUrl,
                nextFailure);
    }
}
