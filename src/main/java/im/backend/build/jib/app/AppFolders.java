package im.backend.build.jib.app;

import im.backend.build.SealedFolder;
import im.backend.domain.ProjectId;
import im.backend.domain.SourceTree;
import im.backend.file.Unfinished;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The app part of images as folders. A new one shares the files that are equal in the project's last one, so that a change
 * of one file writes one file; that is safe because all of them are read-only and belong to the server.
 */
public final class AppFolders {
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("r--r--r--");
    private static final Set<PosixFilePermission> PROGRAM = PosixFilePermissions.fromString("r-xr-xr-x");
    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwxr-xr-x");

    private final Path folders;
    private final Path projects;
    private final Path unfinished;

    /**
     * @param folders the finished ones, by name
     * @param projects remembers what each project's last folder holds
     * @param unfinished on the same file system
     */
    public AppFolders(Path folders, Path projects, Path unfinished) {
        this.folders = folders;
        this.projects = projects;
        this.unfinished = unfinished;
    }

    /** A folder that is being filled; its name is known only when its content is packed. */
    public record Draft(Unfinished unfinished, AppFiles app) implements AutoCloseable {
        public Path folder() {
            return unfinished.path();
        }

        /** Removes it, unless it has been finished. */
        @Override
        public void close() throws IOException {
            unfinished.close();
        }
    }

    private record Last(Path folder, Set<String> lines) {}

    public void start() throws IOException {
        Files.createDirectories(folders);
        Files.createDirectories(projects);
    }

    public SealedFolder named(String name) {
        return new SealedFolder(folders.resolve(name));
    }

    /** @param mountPoints names of folders that other layers are mounted on */
    public Draft draft(ProjectId project, SourceTree tree, AppFiles app, List<String> mountPoints) throws IOException {
        Last last = last(project);
        Draft draft = new Draft(Unfinished.in(unfinished, "app"), app);
        boolean whole = false;
        try {
            fill(draft, tree, last, mountPoints);
            whole = true;
        } finally {
            if (!whole) {
                draft.close();
            }
        }
        return draft;
    }

    private static void fill(Draft draft, SourceTree tree, Last last, List<String> mountPoints) throws IOException {
        Path folder = draft.folder();
        Files.setPosixFilePermissions(folder, FOLDER);
        Set<String> made = new HashSet<>();
        for (AppFile file : draft.app().files()) {
            Path target = folder.resolve(file.path());
            makeFolders(folder, folderOf(file.path()), made);
            boolean shared = last.lines().contains(file.line())
                    && link(target, last.folder().resolve(file.path()));
            if (!shared) {
                write(file, tree, target);
            }
        }
        for (String mountPoint : mountPoints) {
            makeFolders(folder, mountPoint, made);
        }
    }

    /** Gives a draft its name; the project's next draft shares files with it. */
    public SealedFolder finish(ProjectId project, Draft draft, String name) throws IOException {
        SealedFolder finished = named(name);
        if (!finished.isWhole()) {
            finished.fillSealed(
                    draft.folder(), draft.app().files().size(), draft.app().sizeBytes());
        }
        remember(project, name, draft.app());
        return finished;
    }

    /** Forgets what refers to folders that are gone. */
    public void prune() throws IOException {
        for (Path project : list(projects)) {
            try (var lines = Files.lines(project)) {
                boolean gone = lines.findFirst()
                        .filter(name -> Files.isDirectory(folders.resolve(name)))
                        .isEmpty();
                if (gone) {
                    Files.deleteIfExists(project);
                }
            }
        }
    }

    /** What is in a folder, in the order of the names; nothing when it is not there. */
    public static List<Path> list(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private Last last(ProjectId project) throws IOException {
        try {
            List<String> lines = Files.readAllLines(projects.resolve(project.value()), StandardCharsets.UTF_8);
            if (lines.size() > 1 && named(lines.getFirst()).isWhole()) {
                return new Last(folders.resolve(lines.getFirst()), new HashSet<>(lines.subList(1, lines.size())));
            }
        } catch (NoSuchFileException firstOne) {
            // The same answer as for one whose folder is gone.
        }
        return new Last(folders, Set.of());
    }

    private void remember(ProjectId project, String name, AppFiles app) throws IOException {
        Path written = Files.createTempFile(unfinished, "project", "");
        try (BufferedWriter out = Files.newBufferedWriter(written)) {
            out.write(name + "\n");
            for (AppFile file : app.files()) {
                // A name with a line break only means that this file is not shared.
                if (file.path().indexOf('\n') < 0) {
                    out.write(file.line() + "\n");
                }
            }
        }
        Files.move(written, projects.resolve(project.value()), StandardCopyOption.ATOMIC_MOVE);
    }

    /** False when the file has to be written after all, as when it has as many names as the file system allows. */
    private static boolean link(Path target, Path same) throws IOException {
        try {
            Files.createLink(target, same);
            return true;
        } catch (FileSystemException notShareable) {
            return false;
        }
    }

    private static void write(AppFile file, SourceTree tree, Path target) throws IOException {
        switch (file.origin()) {
            case AppFile.Origin.OfTree ofTree -> {
                tree.copy(ofTree.entry(), target);
                Files.setPosixFilePermissions(target, file.kind() == AppFile.Kind.PROGRAM ? PROGRAM : FILE);
            }
            case AppFile.Origin.OfFolder ofFolder -> {
                if (file.kind() == AppFile.Kind.LINK) {
                    Files.createSymbolicLink(target, Path.of(file.content()));
                } else if (!link(target, ofFolder.file())) {
                    Files.copy(ofFolder.file(), target, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    /** @param path of a folder below {@code root}, or empty for the root itself */
    private static void makeFolders(Path root, String path, Set<String> made) throws IOException {
        if (path.isEmpty() || !made.add(path)) {
            return;
        }
        makeFolders(root, folderOf(path), made);
        Path folder = root.resolve(path);
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(folder);
            Files.setPosixFilePermissions(folder, FOLDER);
        }
    }

    private static String folderOf(String path) {
        return path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "";
    }
}
