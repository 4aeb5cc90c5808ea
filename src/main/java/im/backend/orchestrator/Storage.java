package im.backend.orchestrator;

import im.backend.domain.ProjectId;

/** What a project keeps when its releases come and go. */
public interface Storage {
    /** Deletes the project's volumes and logs for good. */
    void delete(ProjectId project);

    /** Bytes on disk of the project's volumes and logs. */
    long usedBytes(ProjectId project);
}
