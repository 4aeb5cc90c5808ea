package im.backend.source.git;

import im.backend.file.FileTree;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/**
 * Removes what a killed server left in its repositories: at the start those that were never whole, and from each other one
 * its locks and temporary files before it is opened for the first time. Only then is every lock stale and every temporary
 * file nobody's; a walk through all of them would make the start wait for each project that there is.
 */
final class Sweeper {
    /** Begins the name of a repository that is being made or deleted. */
    static final String UNFINISHED = ".unfinished-";

    private static final System.Logger LOG = System.getLogger(Sweeper.class.getName());

    private final Path folder;

    Sweeper(Path folder) {
        this.folder = folder;
    }

    void removeUnfinished() throws IOException {
        for (Path child : children(folder)) {
            if (child.getFileName().toString().startsWith(UNFINISHED)) {
                new FileTree(child).delete();
            }
        }
    }

    /** Of a repository that nobody has open. */
    static void sweep(Path repository) throws IOException {
        Path objects = repository.resolve("objects");
        Path packs = objects.resolve("pack");
        Files.walkFileTree(repository, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String name = file.getFileName().toString();
                boolean temporary = file.equals(objects.resolve(name))
                        || (file.startsWith(objects) && name.endsWith(".tmp"))
                        || (file.equals(packs.resolve(name)) && !isPart(file));
                if (temporary || name.endsWith(".lock") || name.equals("gc.pid")) {
                    Files.deleteIfExists(file);
                    LOG.log(Level.INFO, "removed stale file: repository={0} file={1}", repository.getFileName(), name);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** A pack and its index are one; either alone is what a crash between their two renames left. */
    private static boolean isPart(Path file) {
        String name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        if (dot < 0 || name.endsWith(".keep")) {
            return false;
        }
        String stem = name.substring(0, dot);
        return Stream.of(".pack", ".idx").allMatch(part -> Files.exists(file.resolveSibling(stem + part)));
    }

    private static List<Path> children(Path folder) throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.toList();
        }
    }
}
