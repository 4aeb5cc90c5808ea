package im.backend.source.git;

import im.backend.domain.Quoted;
import im.backend.domain.SourceTree;
import im.backend.problem.Problem;
import im.backend.source.PathRules;
import im.backend.source.SourceLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * Lists the files of a tree under the rules of an upload. A push brings trees past the upload's checks, and a few small
 * tree objects can name more files than any disk holds, so the limits are kept while walking.
 */
public record TreeListing(SourceLimits limits) {
    /** Sorted by path. Fails with the problems of an upload. */
    public List<SourceTree.Entry> list(ObjectReader reader, ObjectId tree) throws IOException {
        PathRules paths = new PathRules(limits);
        List<SourceTree.Entry> entries = new ArrayList<>();
        long bytes = 0;
        try (TreeWalk walk = new TreeWalk(reader)) {
            walk.addTree(tree);
            int visited = 0;
            while (walk.next()) {
                refuseTooMany(++visited);
                String path = walk.getPathString();
                if (walk.isSubtree()) {
                    paths.acceptFolder(path);
                    walk.enterSubtree();
                    continue;
                }
                refuseUnlessRegular(path, walk.getFileMode(0));
                paths.acceptFile(path);
                long size = reader.getObjectSize(walk.getObjectId(0), Constants.OBJ_BLOB);
                bytes += size;
                refuseTooLarge(path, size, bytes);
                entries.add(new SourceTree.Entry(
                        path,
                        size,
                        walk.getFileMode(0).equals(FileMode.EXECUTABLE_FILE),
                        walk.getObjectId(0).name()));
            }
        }
        return List.copyOf(entries);
    }

    private void refuseTooMany(int visited) {
        if (visited > limits.filesMax()) {
            throw new Problem.TooLarge(
                            "too-many-files",
                            "The commit has more than " + limits.filesMax()
                                    + " files and folders. Leave out dependencies and build output (node_modules,"
                                    + " .venv, target); the build makes them.")
                    .asException();
        }
    }

    private static void refuseUnlessRegular(String path, FileMode mode) {
        if (mode.equals(FileMode.REGULAR_FILE) || mode.equals(FileMode.EXECUTABLE_FILE)) {
            return;
        }
        String kind = mode.equals(FileMode.GITLINK) ? "submodule" : "symbolic link";
        String mend = mode.equals(FileMode.GITLINK)
                ? "Commit its files themselves, or install it as a dependency."
                : "Commit a copy of the file it points to.";
        throw new Problem.Invalid(
                        "unsafe-archive",
                        "file: " + Quoted.of(path) + " is a " + kind + " (expected: regular files only). " + mend)
                .asException();
    }

    private void refuseTooLarge(String path, long size, long bytes) {
        if (size > limits.fileBytesMax() || bytes > limits.expandedBytesMax()) {
            throw new Problem.TooLarge(
                            "archive-too-large",
                            "file: " + Quoted.of(path) + " of " + size + " bytes is too much (expected: at most "
                                    + limits.fileBytesMax() + " each, " + limits.expandedBytesMax()
                                    + " together). Leave it out, or keep it in a volume.")
                    .asException();
        }
    }
}
