package im.backend.source.git;

import im.backend.domain.CommitHash;
import im.backend.domain.ProjectId;
import im.backend.domain.SourceTree;
import im.backend.domain.UserName;
import im.backend.file.FreeSpace;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.source.Commit;
import im.backend.source.SourceStore;
import im.backend.source.SourceUpload;
import im.backend.source.UploadReader;
import java.io.IOException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.Pack;
import org.eclipse.jgit.internal.storage.file.PackInserter;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/** Bare repositories on this disk, one per project, as real git reads them. */
public final class GitSourceStore implements SourceStore, AutoCloseable {
    /** Fast: source is small, and what is kept long is packed again, better, by the housekeeping. */
    private static final int COMPRESSION_LEVEL = 1;

    private final Clock clock;
    private final FreeSpace space;
    private final UploadReader reader;
    private final TreeListing listing;
    private final Repositories repositories;
    private final Housekeeping housekeeping;

    public GitSourceStore(GitSettings settings, Clock clock) {
        this.clock = clock;
        this.space = new FreeSpace(settings.folder(), settings.freeBytesMin());
        this.reader = new UploadReader(settings.limits());
        this.listing = new TreeListing(settings.limits());
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
            Commit commit = stage(lease.git(), project, upload, new Signature(author, message));
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

    private record Signature(UserName author, String message) {}

    private Commit stage(FileRepository git, ProjectId project, SourceUpload upload, Signature signature)
            throws IOException {
        Optional<ObjectId> edited =
                upload instanceof SourceUpload.Edit edit ? editedParent(git, edit) : Optional.empty();
        List<SourceTree.Entry> before = edited.isPresent() ? entries(git, edited.get()) : List.of();
        try (PackInserter inserter = git.getObjectDatabase().newPackInserter()) {
            inserter.setCompressionLevel(COMPRESSION_LEVEL);
            TreeWriter writer =
                    new TreeWriter(inserter, git.getObjectsDirectory().toPath());
            reader.read(upload, before, writer);
            ObjectId tree = writer.writeTree();
            ReentrantLock branches = repositories.branches(project);
            branches.lock();
            try {
                Optional<ObjectId> parent = upload instanceof SourceUpload.Edit ? edited : newest(git);
                return commit(git, inserter, project, signature, tree, parent);
            } finally {
                branches.unlock();
            }
        }
    }

    private Commit commit(
            FileRepository git,
            PackInserter inserter,
            ProjectId project,
            Signature signature,
            ObjectId tree,
            Optional<ObjectId> parent)
            throws IOException {
        Optional<Commit> before = parent.isPresent() ? Optional.of(commit(git, parent.get())) : Optional.empty();
        if (before.isPresent() && before.get().treeHash().equals(tree.name())) {
            return before.get();
        }
        // The project is part of the address, so that equal trees of two projects are two commits, and two namespaces.
        String name = signature.author().value();
        PersonIdent person = new PersonIdent(name, name + "@" + project, clock.instant(), ZoneOffset.UTC);
        CommitBuilder builder = new CommitBuilder();
        builder.setTreeId(tree);
        parent.ifPresent(builder::setParentId);
        builder.setAuthor(person);
        builder.setCommitter(person);
        builder.setMessage(signature.message().replace("\0", ""));
        ObjectId id = inserter.insert(builder);
        inserter.flush();
        forcePackOf(git, id);
        RefUpdate update = git.updateRef(Repositories.STAGED);
        update.setNewObjectId(id);
        update.setForceUpdate(true);
        require(update.forceUpdate(), Repositories.STAGED);
        return commit(git, id);
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
        try {
            Optional<Repositories.Lease> found = repositories.reading(project);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            try (Repositories.Lease lease = found.get()) {
                Optional<ObjectId> main = target(lease.git(), Repositories.MAIN);
                return main.isPresent() ? Optional.of(commit(lease.git(), main.get())) : Optional.empty();
            }
        } catch (IOException e) {
            throw Disk.failure(e);
        }
    }

    @Override
    public SourceTree read(ProjectId project, CommitHash commit) {
        try (Repositories.Lease lease = repositories.reading(project).orElseThrow(() -> unknown(commit));
                ObjectReader objects = lease.git().newObjectReader();
                RevWalk walk = new RevWalk(objects)) {
            RevCommit found = parse(walk, commit);
            return new GitSourceTree(repositories, project, commit(found), listing.list(objects, found.getTree()));
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
                return history(lease.git(), countMax);
            }
        } catch (IOException e) {
            throw Disk.failure(e);
        }
    }

    private static List<Commit> history(FileRepository git, int countMax) throws IOException {
        List<Commit> commits = new ArrayList<>();
        Optional<ObjectId> at = target(git, Repositories.MAIN);
        try (RevWalk walk = new RevWalk(git)) {
            while (at.isPresent() && commits.size() < countMax) {
                RevCommit commit = walk.parseCommit(at.get());
                commits.add(commit(commit));
                at = commit.getParentCount() == 0 ? Optional.empty() : Optional.of(commit.getParent(0));
            }
        }
        return List.copyOf(commits);
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

    private static Optional<ObjectId> editedParent(FileRepository git, SourceUpload.Edit edit) throws IOException {
        Optional<ObjectId> main = target(git, Repositories.MAIN);
        String seen = edit.parent().map(CommitHash::value).orElse("");
        String now = main.map(ObjectId::name).orElse("none");
        if (!seen.isEmpty() && !seen.equals(now)) {
            throw new Problem.Conflict(
                            "commit-conflict",
                            "parent: " + seen + " (expected: " + now
                                    + ", where main is now). Load the files again and repeat the change.")
                    .asException();
        }
        return main;
    }

    /** The newest staged commit that main can still move to, or else main. */
    private static Optional<ObjectId> newest(FileRepository git) throws IOException {
        Optional<ObjectId> main = target(git, Repositories.MAIN);
        Optional<ObjectId> staged = target(git, Repositories.STAGED);
        if (main.isEmpty() || staged.isEmpty() || main.equals(staged)) {
            return staged.or(() -> main);
        }
        try (RevWalk walk = new RevWalk(git)) {
            boolean ahead = walk.isMergedInto(walk.parseCommit(main.get()), walk.parseCommit(staged.get()));
            return ahead ? staged : main;
        }
    }

    private List<SourceTree.Entry> entries(FileRepository git, ObjectId commit) throws IOException {
        try (ObjectReader objects = git.newObjectReader();
                RevWalk walk = new RevWalk(objects)) {
            return listing.list(objects, walk.parseCommit(commit).getTree());
        }
    }

    static Optional<ObjectId> target(FileRepository git, String name) throws IOException {
        Ref ref = git.exactRef(name);
        return ref == null ? Optional.empty() : Optional.ofNullable(ref.getObjectId());
    }

    static RevCommit parse(RevWalk walk, CommitHash hash) throws IOException {
        try {
            return walk.parseCommit(ObjectId.fromString(hash.value()));
        } catch (MissingObjectException | IncorrectObjectTypeException e) {
            throw unknown(hash);
        }
    }

    private static Commit commit(FileRepository git, ObjectId id) throws IOException {
        try (RevWalk walk = new RevWalk(git)) {
            return commit(walk.parseCommit(id));
        }
    }

    private static Commit commit(RevCommit commit) {
        return new Commit(
                new CommitHash(commit.name()),
                commit.getTree().name(),
                commit.getAuthorIdent().getName(),
                commit.getFullMessage(),
                commit.getCommitterIdent().getWhenAsInstant());
    }

    /** JGit writes the pack of an inserter without fsync, whatever core.fsyncObjectFiles says. */
    static void forcePackOf(FileRepository git, ObjectId id) throws IOException {
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

    static void require(RefUpdate.Result result, String name) {
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

    private static ProblemException unknown(CommitHash hash) {
        return new Problem.NotFound("commit-unknown", "No commit " + hash + " in this project's source.").asException();
    }
}
