package im.backend.project;

import im.backend.deploy.DeployEngine;
import im.backend.deploy.ProjectAccess;
import im.backend.deploy.ports.Ports;
import im.backend.domain.Caller;
import im.backend.domain.CommitHash;
import im.backend.domain.ProjectId;
import im.backend.domain.Quoted;
import im.backend.domain.SourceTree;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.source.Commit;
import im.backend.source.CommitSearch;
import im.backend.source.SourceStore;
import im.backend.source.SourceUpload;
import java.util.List;
import java.util.Optional;

/** Looking at a project's source and saving single files of it; every save is a commit on main. */
public final class SourceEdits {
    public static final int FILE_BYTES_MAX = 8 << 20;
    private static final int ATTEMPTS_MAX = 10;

    private final SourceStore source;
    private final ProjectAccess access;

    public SourceEdits(Ports ports, DeployEngine engine) {
        this.source = ports.source();
        this.access = engine.access();
    }

    /**
     * One commit's files.
     *
     * @param commit empty while the project has no source
     */
    public record Listing(Optional<CommitHash> commit, List<SourceTree.Entry> files) {
        public Listing {
            files = List.copyOf(files);
        }
    }

    /** @param commit that it was read from, to be named as parent when it is saved */
    public record File(CommitHash commit, SourceTree.Entry entry, byte[] content) {}

    /** @param parent the commit that the editor saw; Conflict {@code commit-conflict} when main has moved on */
    public record Save(SourceUpload.File file, Optional<CommitHash> parent, String message) {}

    /** @param parent the commit that the editor saw; Conflict {@code commit-conflict} when main has moved on */
    public record Delete(String path, Optional<CommitHash> parent, String message) {}

    /** @param commit 40 hex digits, or the first 7 or more of a commit on main, or {@code main} */
    public Listing list(Caller caller, String project, String commit) {
        ProjectId id = access.find(caller, project).id();
        if (commit.equals(CommitSearch.MAIN) && source.head(id).isEmpty()) {
            return new Listing(Optional.empty(), List.of());
        }
        SourceTree tree = tree(id, commit);
        return new Listing(Optional.of(tree.commit()), tree.entries());
    }

    /** Fails with NotFound, or TooLarge above {@link #FILE_BYTES_MAX}. */
    public File read(Caller caller, String project, String commit, String path) {
        SourceTree tree = tree(access.find(caller, project).id(), commit);
        SourceTree.Entry entry = entry(tree, path);
        return new File(
                tree.commit(), entry, tree.read(path, FILE_BYTES_MAX).orElseThrow(() -> noFile(path, tree.commit())));
    }

    public Commit save(Caller caller, String project, Save save) {
        ProjectId id = access.find(caller, project).id();
        String message = save.message().isBlank() ? "Save " + save.file().path() : save.message();
        return commit(caller, id, new SourceUpload.Edit(save.parent(), List.of(save.file()), List.of()), message);
    }

    public Commit delete(Caller caller, String project, Delete delete) {
        ProjectId id = access.find(caller, project).id();
        entry(tree(id, CommitSearch.MAIN), delete.path());
        String message = delete.message().isBlank() ? "Delete " + delete.path() : delete.message();
        return commit(caller, id, new SourceUpload.Edit(delete.parent(), List.of(), List.of(delete.path())), message);
    }

    /** Newest first. */
    public List<Commit> history(Caller caller, String project, int countMax) {
        return source.history(access.find(caller, project).id(), countMax);
    }

    /** An edit that names no parent is made anew on whatever main has become; one that does is a conflict then. */
    private Commit commit(Caller caller, ProjectId project, SourceUpload.Edit edit, String message) {
        source.create(project);
        for (int attempt = 1; ; attempt++) {
            Commit commit = source.stage(project, edit, caller.user(), message);
            try {
                source.publish(project, commit.hash());
                return commit;
            } catch (ProblemException overtaken) {
                if (edit.parent().isPresent() || attempt == ATTEMPTS_MAX || !isConflict(overtaken)) {
                    throw overtaken;
                }
            }
        }
    }

    private static boolean isConflict(ProblemException refused) {
        return refused.problem().slug().equals("commit-conflict");
    }

    private SourceTree tree(ProjectId project, String commit) {
        return source.read(project, new CommitSearch(source).find(project, commit));
    }

    private static SourceTree.Entry entry(SourceTree tree, String path) {
        return tree.entries().stream()
                .filter(entry -> entry.path().equals(path))
                .findFirst()
                .orElseThrow(() -> noFile(path, tree.commit()));
    }

    private static RuntimeException noFile(String path, CommitHash commit) {
        return new Problem.NotFound("No file " + Quoted.of(path) + " in commit " + commit.shortForm() + ".")
                .asException();
    }
}
