package im.backend.source.git;

import im.backend.domain.CommitHash;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Optional;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.PackInserter;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.jspecify.annotations.Nullable;

/** The branch that is deployed, and its one direction: forward. The caller holds the project's branch lock. */
record MainBranch(FileRepository git, Clock clock) {
    /** A push does not wait for the lock, only for git's own; each of these moved main while an upload was being joined. */
    private static final int PUSHES_MAX = 10;

    /** Fails with {@code commit-conflict} when main went another way. */
    void forwardTo(CommitHash hash) throws IOException {
        try (RevWalk walk = new RevWalk(git)) {
            RevCommit commit = Commits.parse(walk, hash);
            Optional<ObjectId> main = branches().main();
            switch (way(walk, main, commit)) {
                case BEHIND -> {}
                case APART -> throw moved(hash, main.orElse(null));
                case AHEAD -> {
                    if (!branches().moveMain(walk, main, commit)) {
                        throw moved(hash, branches().main().orElse(null));
                    }
                }
            }
        }
    }

    /** When main went another way, it moves to a merge that has the commit's files. */
    void forwardOrJoin(CommitHash hash) throws IOException {
        for (int push = 0; push < PUSHES_MAX; push++) {
            try (RevWalk walk = new RevWalk(git)) {
                RevCommit commit = Commits.parse(walk, hash);
                Optional<ObjectId> main = branches().main();
                @Nullable
                ObjectId next = switch (way(walk, main, commit)) {
                    case BEHIND -> null;
                    case APART -> merge(main.orElseThrow(), commit);
                    case AHEAD -> commit;
                };
                if (next == null || branches().moveMain(walk, main, next)) {
                    return;
                }
            }
        }
        throw moved(hash, branches().main().orElse(null));
    }

    private Branches branches() {
        return new Branches(git);
    }

    /** Where a commit stands, seen from main. */
    private enum Way {
        BEHIND,
        AHEAD,
        APART
    }

    private static Way way(RevWalk walk, Optional<ObjectId> main, RevCommit commit) throws IOException {
        if (main.isEmpty()) {
            return Way.AHEAD;
        }
        RevCommit now = walk.parseCommit(main.get());
        if (walk.isMergedInto(commit, now)) {
            return Way.BEHIND;
        }
        return walk.isMergedInto(now, commit) ? Way.AHEAD : Way.APART;
    }

    private ObjectId merge(ObjectId main, RevCommit upload) throws IOException {
        CommitBuilder builder = new CommitBuilder();
        builder.setTreeId(upload.getTree());
        builder.setParentIds(main, upload);
        builder.setAuthor(upload.getAuthorIdent());
        builder.setCommitter(new PersonIdent(upload.getCommitterIdent(), clock.instant(), ZoneOffset.UTC));
        builder.setMessage(upload.getFullMessage());
        try (PackInserter inserter = git.getObjectDatabase().newPackInserter()) {
            return new Commits(git).write(inserter, builder);
        }
    }

    private static ProblemException moved(CommitHash hash, @Nullable ObjectId now) {
        return new Problem.Conflict(
                        "commit-conflict",
                        "commit: " + hash.shortForm() + " can not become main, because main moved another way, to "
                                + (now == null ? "another commit" : now.name())
                                + ". Fetch or load the newest source, repeat the change on it and deploy again.")
                .asException();
    }
}
