package im.backend.cli.folder;

import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.problem.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** For commands that write files into an app's folder. */
final class WriteOptions {
    private @Nullable Path dir;
    private boolean force;

    void declare(Syntax syntax) {
        syntax.option("-d, --dir", "FOLDER", "Folder with the app. Default: this one.", given -> dir = Path.of(given));
        syntax.flag("--force", "Write over files that are there.", given -> force = given);
    }

    Path folder(Session session) {
        return session.folder().resolve(dir == null ? Path.of("") : dir).normalize();
    }

    /** Fails with Conflict {@code file-exists} when one of the names is taken, unless it is to be written over. */
    void requireFree(Path folder, Collection<String> names) {
        List<String> there = names.stream()
                .filter(name -> Files.exists(folder.resolve(name)))
                .toList();
        if (!there.isEmpty() && !force) {
            throw new Problem.Conflict(
                            "file-exists",
                            "There is a " + String.join(" and a ", there)
                                    + " already (expected: none, or --force to write over it).")
                    .asException();
        }
    }
}
