package im.backend.cli.folder;

import im.backend.cli.session.Session;
import im.backend.problem.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** For commands that write files into an app's folder. */
final class WriteOptions {
    @Option(
            names = {"-d", "--dir"},
            paramLabel = "FOLDER",
            description = "Folder with the app. Default: this one.")
    @Nullable
    Path dir;

    @Option(names = "--force", description = "Write over files that are there.")
    boolean force;

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
