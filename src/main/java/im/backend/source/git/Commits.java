package im.backend.source.git;

import im.backend.domain.CommitHash;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.source.Commit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.Pack;
import org.eclipse.jgit.internal.storage.file.PackInserter;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/** The commits of one repository, in our words. */
record Commits(FileRepository git) {
    Commit find(ObjectId id) throws IOException {
        try (RevWalk walk = new RevWalk(git)) {
            return of(walk.parseCommit(id));
        }
    }

    /** The commit and those that it was made on, newest first: of a merge, those of main. */
    List<Commit> until(ObjectId newest, int countMax) throws IOException {
        List<Commit> commits = new ArrayList<>();
        Optional<ObjectId> at = Optional.of(newest);
        try (RevWalk walk = new RevWalk(git)) {
            while (at.isPresent() && commits.size() < countMax) {
                RevCommit commit = walk.parseCommit(at.get());
                commits.add(of(commit));
                at = commit.getParentCount() == 0 ? Optional.empty() : Optional.of(commit.getParent(0));
            }
        }
        return List.copyOf(commits);
    }

    /** Flushes the inserter: when this returns, the commit and all that it names would survive a power cut. */
    ObjectId write(PackInserter inserter, CommitBuilder commit) throws IOException {
        ObjectId id = inserter.insert(commit);
        inserter.flush();
        forcePackOf(id);
        return id;
    }

    /** JGit writes the pack of an inserter without fsync, whatever core.fsyncObjectFiles says. */
    private void forcePackOf(ObjectId id) throws IOException {
        for (Pack pack : git.getObjectDatabase().getPacks()) {
            if (pack.hasObject(id)) {
                var file = pack.getPackFile().toPath();
                Disk.force(file);
                Disk.force(file.resolveSibling(file.getFileName().toString().replaceFirst("\\.pack$", ".idx")));
                Disk.force(git.getObjectDatabase().getPackDirectory().toPath());
                return;
            }
        }
        throw new IllegalStateException("no pack has the commit that was just written: " + id.name());
    }

    /** Fails with NotFound {@code commit-unknown}. */
    static RevCommit parse(RevWalk walk, CommitHash hash) throws IOException {
        try {
            return walk.parseCommit(ObjectId.fromString(hash.value()));
        } catch (MissingObjectException | IncorrectObjectTypeException e) {
            throw unknown(hash);
        }
    }

    static Commit of(RevCommit commit) {
        return new Commit(
                new CommitHash(commit.name()),
                commit.getTree().name(),
                commit.getAuthorIdent().getName(),
                commit.getFullMessage(),
                commit.getCommitterIdent().getWhenAsInstant());
    }

    static ProblemException unknown(CommitHash hash) {
        return new Problem.NotFound("commit-unknown", "No commit " + hash + " in this project's source.").asException();
    }
}
