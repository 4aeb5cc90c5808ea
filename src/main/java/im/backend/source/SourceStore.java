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
     * Writes the objects of an upload, and does not move {@code main}. The commit follows the newest staged one, so that
     * uploads that wait in a queue can be published in order; an edit follows {@code main}. The same tree as the commit
     * before gives that commit itself. Fails with {@code unsafe-path}, {@code reserved-path}, {@code path-conflict},
     * {@code unsafe-archive}, {@code archive-too-large}, {@code too-many-files}, {@code bad-archive},
     * {@code empty-source}, {@code commit-conflict} or {@code not-found} (no such repository, or an edit deletes what is
     * not there), and then leaves nothing behind.
     */
    Commit stage(ProjectId project, SourceUpload upload, UserName author, String message);

    /**
     * Moves {@code main} forward to a commit; does nothing when {@code main} has it already. Fails with
     * {@code commit-unknown}, and with {@code commit-conflict} when {@code main} went another way in between.
     */
    void publish(ProjectId project, CommitHash commit);

    /**
     * As {@link #publish}, for an upload: it is all of the source and names no parent, so it can not conflict. When
     * {@code main} went another way in between, {@code main} moves to a merge of both that has the upload's files.
     */
    void publishUpload(ProjectId project, CommitHash commit);

    /** The commit that {@code main} names; empty for an empty or absent repository. */
    Optional<Commit> head(ProjectId project);

    /** Fails with {@code commit-unknown}, and with {@code unsafe-archive} for links and submodules, which only a push brings. */
    SourceTree read(ProjectId project, CommitHash commit);

    /** Newest first, along {@code main} and of a merge its first parent. */
    List<Commit> history(ProjectId project, int countMax);

    /** Removes the repository for good; does nothing when there is none. */
    void delete(ProjectId project);
}
