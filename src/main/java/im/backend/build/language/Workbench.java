package im.backend.build.language;

import im.backend.domain.SourceTree;
import im.backend.file.FileTree;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * The folders of one running build, removed when it ends: {@code app} is what the build sees as /app, {@code side} what it
 * sees as /build (home, temporary files, results). All are the build user's own.
 */
public final class Workbench implements AutoCloseable {
    public static final String APP = "/app";
    public static final String SIDE = "/build";
    public static final String RESULT = SIDE + "/out";

    private final Path root;
    private final OptionalInt account;

    private Workbench(Path root, OptionalInt account) {
        this.root = root;
        this.account = account;
    }

    /** @param account that gets the folders; empty when builds run as the server's own user */
    public static Workbench open(Path parent, OptionalInt account) throws IOException {
        Files.createDirectories(parent);
        Workbench bench = new Workbench(Files.createTempDirectory(parent, "build-"), account);
        // The build user has to pass through it.
        Files.setPosixFilePermissions(bench.root, PosixFilePermissions.fromString("rwx--x--x"));
        bench.empty("app");
        bench.empty("side");
        for (String folder : List.of("home", "tmp", "out")) {
            bench.own(Files.createDirectory(bench.side().resolve(folder)));
        }
        return bench;
    }

    public Path app() {
        return root.resolve("app");
    }

    public Path side() {
        return root.resolve("side");
    }

    /** @param path of a folder in one of the two, as the build sees it */
    public Path at(String path) {
        for (Map.Entry<String, Path> folder : Map.of(APP, app(), SIDE, side()).entrySet()) {
            if (path.equals(folder.getKey())) {
                return folder.getValue();
            }
            if (path.startsWith(folder.getKey() + "/")) {
                return folder.getValue().resolve(path.substring(folder.getKey().length() + 1));
            }
        }
        throw new IllegalArgumentException("path: " + path + " (expected: " + APP + ", " + SIDE + " or below)");
    }

    private Path result() {
        return side().resolve("out");
    }

    /** The app folder with nothing in it. */
    void clearApp() throws IOException {
        new FileTree(app()).delete();
        empty("app");
    }

    /** The result folder with nothing in it. */
    void clearResult() throws IOException {
        new FileTree(result()).delete();
        own(Files.createDirectory(result()));
    }

    /** Copies those files of the tree that are wanted. */
    public void write(SourceTree tree, Predicate<String> wanted) throws IOException {
        for (SourceTree.Entry entry : tree.entries()) {
            if (wanted.test(entry.path())) {
                Path target = app().resolve(entry.path());
                createFolders(folderOf(entry.path()));
                tree.copy(entry, target);
                if (entry.executable()) {
                    Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
                }
                own(target);
            }
        }
    }

    void writeFile(Path target, List<String> lines) throws IOException {
        own(Files.write(target, lines));
    }

    /**
     * Puts a sealed folder into the app folder. Its files are shared where the build user is not their owner and so can
     * not change them; else they are copied. The folders are the build user's own.
     */
    void place(Path sealed, Path target) throws IOException {
        Files.walkFileTree(sealed, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                own(Files.createDirectories(target.resolve(sealed.relativize(folder))));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path placed = target.resolve(sealed.relativize(file));
                if (attributes.isSymbolicLink()) {
                    Files.createSymbolicLink(placed, Files.readSymbolicLink(file));
                } else if (account.isPresent()) {
                    Files.createLink(placed, file);
                } else {
                    Files.copy(file, placed, StandardCopyOption.COPY_ATTRIBUTES);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Fills the app folder with copies of a sealed folder's files, which the build may change. */
    void copy(Path sealed) throws IOException {
        Files.walkFileTree(sealed, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                createFolders(sealed.relativize(folder).toString());
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path copy = app().resolve(sealed.relativize(file));
                Files.copy(file, copy, LinkOption.NOFOLLOW_LINKS);
                if (attributes.isRegularFile()) {
                    Files.setPosixFilePermissions(
                            copy,
                            PosixFilePermissions.fromString(Files.isExecutable(file) ? "rwxr-xr-x" : "rw-r--r--"));
                    own(copy);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() throws IOException {
        new FileTree(root).delete();
    }

    private void empty(String name) throws IOException {
        own(Files.createDirectory(root.resolve(name)));
    }

    /** @param path of a folder below the app folder, or empty for itself */
    private void createFolders(String path) throws IOException {
        Path folder = app().resolve(path);
        if (!Files.isDirectory(folder)) {
            createFolders(folderOf(path));
            own(Files.createDirectory(folder));
        }
    }

    private static String folderOf(String path) {
        return path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "";
    }

    private Path own(Path path) throws IOException {
        if (account.isPresent()) {
            Files.setAttribute(path, "unix:uid", account.getAsInt());
            Files.setAttribute(path, "unix:gid", account.getAsInt());
        }
        return path;
    }
}
