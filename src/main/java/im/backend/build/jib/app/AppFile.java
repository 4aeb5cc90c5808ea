package im.backend.build.jib.app;

import im.backend.domain.SourceTree;
import java.nio.file.Path;

/**
 * One file of an app's layer.
 *
 * @param path seen from /app
 * @param content a name of the bytes: equal names, equal bytes
 */
public record AppFile(String path, long sizeBytes, Kind kind, String content, Origin origin) {
    public enum Kind {
        FILE,
        PROGRAM,
        LINK
    }

    /** Where the bytes are. */
    sealed interface Origin {
        record OfTree(SourceTree.Entry entry) implements Origin {}

        /** In a folder that never changes. */
        record OfFolder(Path file) implements Origin {}
    }

    /** All that decides whether two files are the same in a layer. */
    public String line() {
        return kind.name().charAt(0) + " " + content + " " + path;
    }
}
