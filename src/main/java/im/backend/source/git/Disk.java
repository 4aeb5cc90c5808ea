package im.backend.source.git;

import im.backend.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the repositories ask of the file system beyond JGit: that bytes are on the disk, and that trees go away. */
final class Disk {
    private Disk() {}

    /** Until the file's bytes, or the folder's names, would survive a power cut. */
    static void force(Path fileOrFolder) throws IOException {
        try (FileChannel channel = FileChannel.open(fileOrFolder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    static void forceTree(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                force(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                force(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    static void forceFolders(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                force(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** The one translation of the disk's failures: no room is the caller's to know, all else is ours. */
    static RuntimeException failure(IOException cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            String message = String.valueOf(at.getMessage()).toLowerCase(Locale.ROOT);
            if (message.contains("no space left") || message.contains("quota exceeded")) {
                return new Problem.StorageFull(
                                "The server has no room for source. Delete projects or old data, or grow the disk.")
                        .asException(cause);
            }
        }
        return new UncheckedIOException(cause);
    }
}
