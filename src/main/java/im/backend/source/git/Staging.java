package im.backend.source.git;

import im.backend.domain.CommitHash;
import im.backend.domain.ProjectId;
import im.backend.domain.SourceTree;
import im.backend.domain.UserName;
import im.backend.problem.Problem;
import im.backend.source.Commit;
import im.backend.source.SourceUpload;
import im.backend.source.UploadReader;
import java.io.IOException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.internal.storage.file.PackInserter;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.revwalk.RevWalk;

/** How an upload becomes a commit that waits to be published. */
record Staging(UploadReader reader, TreeListing listing, Clock clock) {
    /** Fast: source is small, and what is kept long is packed again, better, by the housekeeping. */
    private static final int COMPRESSION_LEVEL = 1;

    /** Where a commit goes, and who guards the refs there. */
    record Place(ProjectId project, FileRepository git, ReentrantLock branches) {}

    record Signature(UserName author, String message) {}

    /** Writes the files outside of the lock, because a large upload takes long. */
    Commit stage(Place place, SourceUpload upload, Signature signature) throws IOException {
        FileRepository git = place.git();
        Optional<ObjectId> edited =
                upload instanceof SourceUpload.Edit edit ? editedParent(git, edit) : Optional.empty();
        List<SourceTree.Entry> before = edited.isPresent() ? entries(git, edited.get()) : List.of();
        try (PackInserter inserter = git.getObjectDatabase().newPackInserter()) {
            inserter.setCompressionLevel(COMPRESSION_LEVEL);
            TreeWriter writer =
                    new TreeWriter(inserter, git.getObjectsDirectory().toPath());
            reader.read(upload, before, writer);
            ObjectId tree = writer.writeTree();
            place.branches().lock();
            try {
                Optional<ObjectId> parent = upload instanceof SourceUpload.Edit ? edited : new Branches(git).newest();
                return commit(place, inserter, signature, tree, parent);
            } finally {
                place.branches().unlock();
            }
        }
    }

    private static Optional<ObjectId> editedParent(FileRepository git, SourceUpload.Edit edit) throws IOException {
        Optional<ObjectId> main = new Branches(git).main();
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

    private List<SourceTree.Entry> entries(FileRepository git, ObjectId commit) throws IOException {
        try (ObjectReader objects = git.newObjectReader();
                RevWalk walk = new RevWalk(objects)) {
            return listing.list(objects, walk.parseCommit(commit).getTree());
        }
    }

    /** The parent itself when it has the very same files. */
    private Commit commit(
            Place place, PackInserter inserter, Signature signature, ObjectId tree, Optional<ObjectId> parent)
            throws IOException {
        Commits commits = new Commits(place.git());
        if (parent.isPresent()) {
            Commit before = commits.find(parent.get());
            if (before.treeHash().equals(tree.name())) {
                return before;
            }
        }
        // The project is part of the address, so that equal trees of two projects are two commits, and two namespaces.
        String name = signature.author().value();
        PersonIdent person = new PersonIdent(name, name + "@" + place.project(), clock.instant(), ZoneOffset.UTC);
        CommitBuilder builder = new CommitBuilder();
        builder.setTreeId(tree);
        parent.ifPresent(builder::setParentId);
        builder.setAuthor(person);
        builder.setCommitter(person);
        builder.setMessage(signature.message().replace("\0", ""));
        ObjectId id = commits.write(inserter, builder);
        new Branches(place.git()).stage(id);
        return commits.find(id);
    }
}
