package im.backend.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder that is being filled, and is moved to its name when it is whole. What is given up before goes at once: a build
 * that failed because the disk is full would keep it full, and then not even its failure could be written down.
 */
public record Unfinished(Path path) implements AutoCloseable {
    public static Unfinished in(Path folder, String prefix) throws IOException {
        return new Unfinished(Files.createTempDirectory(folder, prefix));
    }

    /** Does nothing when it has been moved to its name. */
    @Override
    public void close() throws IOException {
        new FileTree(path).delete();
    }
}
