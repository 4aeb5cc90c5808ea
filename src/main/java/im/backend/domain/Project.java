package im.backend.domain;

import java.time.Instant;
import java.util.Optional;

/**
 * @param uidOffset the project's own Unix user on a local orchestrator, counted from the configured base; never reused
 * @param live the version that serves; empty before the first success and while the project is stopped
 */
public record Project(ProjectId id, Instant createdAt, int uidOffset, Optional<ReleaseVersion> live) {
    public UserName owner() {
        return id.owner();
    }

    public ProjectName name() {
        return id.name();
    }
}
