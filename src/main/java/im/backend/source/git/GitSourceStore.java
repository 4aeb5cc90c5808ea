package im.backend.source.git;

import im.backend.domain.CommitHash;
import im.backend.domain.ProjectId;
import im.backend.domain.SourceTree;
import im.backend.domain.UserName;
import im.backend.file.FreeSpace;
import im.backend.source.Commit;
import im.backend.source.SourceStore;
import im.backend.source.SourceUpload;
import im.backend.source.UploadReader;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/** Bare repositories on this disk, one per project, as real git reads them. */
public final class GitSourceStore implements SourceStore, AutoCloseable {
    private final Clock clock;
    private final FreeSpace space;
    private final TreeListing listing;
    private final Staging staging;
    private final Repositories repositories;
    private final Housekeeping housekeeping;

    public GitSourceStore(GitSettings settings, Clock clock) {
        this.clock = clock;
        this.space = new FreeSpace(settings.folder(), settings.freeBytesMin());
        this.listing = new TreeListing(settings.limits());
        this.staging = new Staging(new UploadReader(settings.limits()), listing, clock);
        this.repositories = new Repositories(settings.folder());
        this.housekeeping = new Housekeeping(repositories);
    }

    /** Sweeps what a crash left; nobody else may use the folder, now or later. */
    public void start() {
        try {
            repositories.start();
        } catch (IOException e) {
            throw Disk.failure(e);
        }
    }

    @Override
    public void close() {
        housekeeping.close();
        repositories.close();
    }

    @Override
    public void create(ProjectId project) {
        try {
            repositories.create(project);
        } catch (IOException e) {
            throw Disk.failure(e);
        }
    }

    @Override
    public Commit stage(ProjectId project, SourceUpload upload, UserName author, String message) {
        requireRoom();
        try (Repositories.Lease lease = repositories.adding(project)) {
            Staging.Place place = new Staging.Place(project, lease.git(), repositories.branches(project));
            Commit commit = staging.stage(place, upload, new Staging.Signature(author, message));
            housekeeping.added(project, lease.git());
            return commit;
        } catch (IOException e) {
            throw Disk.failure(e);
        }
    }

    /** Fails with StorageFull: asked before anything large is taken in. */
    public void requireRoom() {
        space.require();
    }

    @Override
    public void publish(ProjectId project, CommitHash commit) {
        onMain(project, main -> main.forwardTo(commit));
    }

    @Override
    public void publishUpload(ProjectId project, CommitHash commit) {
        onMain(project, main -> main.forwardOrJoin(commit));
    }

    @FunctionalInterface
    private interface Move {
        void apply(MainBranch main) throws IOException;
    }

    private void onMain(ProjectId project, Move move) {
        ReentrantLock branches = repositories.branches(project);
        try (Repositories.Lease lease = repositories.adding(project)) {
            branches.lock();
            try {
                move.apply(new MainBranch(lease.git(), clock));
            } finally {
                branches.unlock();
            }
        } catch (IOException e) {
            throw Disk.failure(e);
        }
    }

    @Override
    public Optional<Commit> head(ProjectId project) {
        return history(project, 1).stream().findFirst();
    }

    @Override
    public SourceTree read(ProjectId project, CommitHash commit) {
        try (Repositories.Lease lease = repositories.reading(project).orElseThrow(() -> Commits.unknown(commit));
                ObjectReader objects = lease.git().newObjectReader();
                RevWalk walk = new RevWalk(objects)) {
            RevCommit found = Commits.parse(walk, commit);
            return new GitSourceTree(repositories, project, Commits.of(found), listing.list(objects, found.getTree()));
        } catch (IOException e) {
            throw Disk.failure(e);
        }
    }

    @Override
    public List<Commit> history(ProjectId project, int countMax) {
        try {
            Optional<Repositories.Lease> found = repositories.reading(project);
            if (found.isEmpty()) {
                return List.of();
            }
            try (Repositories.Lease lease = found.get()) {
                Optional<ObjectId> main = new Branches(lease.git()).main();
                return main.isPresent() ? new Commits(lease.git()).until(main.get(), countMax) : List.of();
            }
        } catch (IOException e) {
            throw Disk.failure(e);
        }
    }

    @Override
    public void delete(ProjectId project) {
        try {
            repositories.delete(project);
        } catch (IOException e) {
            throw Disk.failure(e);
        }
    }

    /** A push ended: its refs are in files that JGit fsynced, in folders that it did not. */
    public void pushed(ProjectId project, FileRepository git) {
        try {
            Disk.forceFolders(git.getDirectory().toPath().resolve("refs"));
            Disk.force(git.getDirectory().toPath());
            Disk.force(git.getObjectDatabase().getPackDirectory().toPath());
            housekeeping.pushed(project, git);
        } catch (IOException e) {
            throw Disk.failure(e);
        }
    }

    public Repositories repositories() {
        return repositories;
    }

    public TreeListing listing() {
        return listing;
    }

    Housekeeping housekeeping() {
        return housekeeping;
    }
}
