package im.backend.store;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentId;
import im.backend.domain.LoggedEvent;
import im.backend.domain.ProjectId;
import im.backend.domain.Release;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What happened to each deployment: the truth from which status is folded. Safe for several threads; events of one
 * deployment are appended by one thread at a time.
 */
public interface DeploymentLog {
    /** For how long a repeated request is answered with the deployment of the first one. */
    Duration IDEMPOTENCY_KEPT = Duration.ofHours(24);

    /** Of one event with all its lines, as JSON; who collects output sends it in portions below this. */
    int EVENT_CHARS_MAX = 1 << 20;

    /**
     * Adds the deployment with its first event ({@code Entered(QUEUED)}), durably (fsync) before it returns.
     *
     * @param idempotency when present and already used by the same user: nothing is added, and the deployment of the first
     *     call is returned for {@link #IDEMPOTENCY_KEPT}; Invalid {@code idempotency-mismatch} when the request differs
     * @return the deployment that now stands for the request; NotFound when there is no such project
     */
    Deployment open(Deployment deployment, DeploymentEvent.Entered queued, Optional<Idempotency> idempotency);

    /**
     * {@code Failed} is durable when it returns. The other events may be lost by a power cut, never by kill -9: whatever
     * is unfinished after one is run again from its start, so that an fsync for each status would buy nothing. Fails with
     * Conflict {@code already-finished} after a terminal event, and with NotFound when the project was deleted meanwhile.
     */
    LoggedEvent append(DeploymentId deployment, DeploymentEvent event);

    /**
     * Adds the release, makes it the project's live one and appends {@code completed}, all or nothing, durably. Fails as
     * {@link #append} does, and with Conflict {@code release-exists} when the version is taken.
     */
    LoggedEvent complete(Release release, DeploymentEvent.Completed completed);

    Optional<Deployment> find(DeploymentId deployment);

    /** Events after {@code sequence}, oldest first. */
    List<LoggedEvent> after(DeploymentId deployment, long sequence, int countMax);

    /** Newest first, those created before {@code before} (exclusive). */
    List<Deployment> list(ProjectId project, Instant before, int countMax);

    /** Those without a terminal event, oldest first. */
    List<Deployment> unfinished();

    /** @param requestHash hex SHA-256 of what was asked, to tell a repeat from another request */
    record Idempotency(String key, String requestHash) {}
}
