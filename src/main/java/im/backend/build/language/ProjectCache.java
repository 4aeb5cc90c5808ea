package im.backend.build.language;

import im.backend.build.SealedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * What builds of one project leave for the next one. Nothing is shared between projects, so that a build can not slip
 * anything into another project's app.
 */
public final class ProjectCache {
    private final Path folder;

    ProjectCache(Path folder) {
        this.folder = folder;
    }

    SealedFolder layer(String key) {
        return new SealedFolder(folder.resolve("layers").resolve(key));
    }

    /** An app that a build command made. */
    SealedFolder app(String key) {
        return new SealedFolder(folder.resolve("apps").resolve(key));
    }

    /** What is installed in each of these. */
    PackageLists packages() {
        return new PackageLists(folder.resolve("packages"));
    }

    /** The image that a Dockerfile made, with the layers that the next one may share. */
    public Path layout() {
        return folder.resolve("layout");
    }

    /** Download and compile caches of the language's tools: the build's own, never trusted by the server. */
    public Path tools() {
        return folder.resolve("tools");
    }

    public void openTools(OptionalInt account) throws IOException {
        if (!Files.isDirectory(tools())) {
            Files.createDirectories(tools());
            if (account.isPresent()) {
                Files.setAttribute(tools(), "unix:uid", account.getAsInt());
                Files.setAttribute(tools(), "unix:gid", account.getAsInt());
            }
        }
    }

    /** Removes layers and apps that no build used since then. */
    void prune(long beforeMillis) throws IOException {
        for (Path kind : List.of(folder.resolve("layers"), folder.resolve("apps"))) {
            for (Path file : list(kind)) {
                String name = file.getFileName().toString();
                SealedFolder sealed = new SealedFolder(kind.resolve(name.replaceFirst("\\.seal(ed|ing)$", "")));
                if (!Files.exists(file)) {
                    continue;
                }
                if (!sealed.isWhole() || sealed.lastUsedMillis() < beforeMillis) {
                    sealed.delete();
                }
            }
        }
        packages().prune(key -> Files.isDirectory(layer(key).path()) || Files.isDirectory(app(key).path()));
    }

    static List<Path> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
