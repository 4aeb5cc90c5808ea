package im.backend.source;

import im.backend.domain.CommitHash;
import im.backend.domain.ProjectId;
import im.backend.domain.SourceTree;
import im.backend.domain.UserName;
import java.util.List;
import java.util.Optional;

/**
 * Versioned source of every project. What returned normally survives kill -9 and a power cut. Safe for several threads;
 * writers of one project wait for each other.
 */
public interface SourceStore {
    /** Makes the empty repository; does nothing when it is there. */
    void create(ProjectId project);

    /**
     * Writes the objects of an upload, and does not move {@code main}. The same tree as {@code main}'s gives main's own
     * commit. Fails with {@code unsafe-path}, {@code reserved-path}, {@code path-conflict}, {@code unsafe-archive},
     * {@code archive-too-large}, {@code too-many-files}, {@code bad-archive}, {@code empty-source} or
     * {@code commit-conflict}, and then leaves nothing behind.
     */
    Commit stage(ProjectId project, SourceUpload upload, UserName author, String message);

    /** Moves {@code main} to a staged or older commit; does nothing when it is there. */
    void publish(ProjectId project, CommitHash commit);

    /** The commit that {@code main} names. */
    Optional<Commit> head(ProjectId project);

    /** Fails with {@code commit-unknown}. */
    SourceTree read(ProjectId project, CommitHash commit);

    /** Newest first, along {@code main}. */
    List<Commit> history(ProjectId project, int countMax);

    /** Removes the repository for good; does nothing when there is none. */
    void delete(ProjectId project);
}
