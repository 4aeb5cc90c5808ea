package im.backend.source.git;

import java.io.IOException;
import java.util.Optional;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.revwalk.RevWalk;

/** The two ends of a project's source: what is deployed, and the newest upload that waits to be. */
record Branches(FileRepository git) {
    Optional<ObjectId> main() throws IOException {
        return target(Repositories.MAIN);
    }

    /** The newest staged commit that main can still move to, or else main. */
    Optional<ObjectId> newest() throws IOException {
        Optional<ObjectId> main = main();
        Optional<ObjectId> staged = target(Repositories.STAGED);
        if (main.isEmpty() || staged.isEmpty() || main.equals(staged)) {
            return staged.or(() -> main);
        }
        try (RevWalk walk = new RevWalk(git)) {
            boolean ahead = walk.isMergedInto(walk.parseCommit(main.get()), walk.parseCommit(staged.get()));
            return ahead ? staged : main;
        }
    }

    private Optional<ObjectId> target(String name) throws IOException {
        Ref ref = git.exactRef(name);
        return ref == null ? Optional.empty() : Optional.ofNullable(ref.getObjectId());
    }

    void stage(ObjectId commit) throws IOException {
        RefUpdate update = git.updateRef(Repositories.STAGED);
        update.setNewObjectId(commit);
        update.setForceUpdate(true);
        require(update.forceUpdate(), Repositories.STAGED);
    }

    /** False when a push moved main since we looked. */
    boolean moveMain(RevWalk walk, Optional<ObjectId> from, ObjectId to) throws IOException {
        RefUpdate update = git.updateRef(Repositories.MAIN);
        update.setExpectedOldObjectId(from.orElse(ObjectId.zeroId()));
        update.setNewObjectId(to);
        if (update.update(walk) == RefUpdate.Result.LOCK_FAILURE) {
            return false;
        }
        require(update.getResult(), Repositories.MAIN);
        Disk.force(git.getDirectory().toPath().resolve("refs/heads"));
        return true;
    }

    private static void require(RefUpdate.Result result, String name) {
        switch (result) {
            case NEW, FORCED, FAST_FORWARD, NO_CHANGE -> {}
            case NOT_ATTEMPTED,
                    LOCK_FAILURE,
                    REJECTED,
                    REJECTED_CURRENT_BRANCH,
                    REJECTED_MISSING_OBJECT,
                    REJECTED_OTHER_REASON,
                    IO_FAILURE,
                    RENAMED -> throw new IllegalStateException("ref " + name + " was not moved: " + result);
        }
    }
}
