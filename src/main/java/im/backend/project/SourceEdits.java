package im.backend.project;

import im.backend.deploy.Ports;
import im.backend.domain.Caller;
import im.backend.domain.CommitHash;
import im.backend.domain.SourceTree;
import im.backend.source.Commit;
import im.backend.source.SourceUpload;
import java.util.List;
import java.util.Optional;

/** Looking at a project's source and saving single files of it; every save is a commit on main. */
public final class SourceEdits {
    public SourceEdits(Ports ports) {
        throw new UnsupportedOperationException();
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

    public record Delete(String path, Optional<CommitHash> parent, String message) {}

    /** @param commit 40 hex digits, or the first 7 or more of a commit on main, or {@code main} */
    public Listing list(Caller caller, String project, String commit) {
        throw new UnsupportedOperationException();
    }

    public File read(Caller caller, String project, String commit, String path) {
        throw new UnsupportedOperationException();
    }

    public Commit save(Caller caller, String project, Save save) {
        throw new UnsupportedOperationException();
    }

    public Commit delete(Caller caller, String project, Delete delete) {
        throw new UnsupportedOperationException();
    }

    /** Newest first. */
    public List<Commit> history(Caller caller, String project, int countMax) {
        throw new UnsupportedOperationException();
    }
}
