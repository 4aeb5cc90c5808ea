package im.backend.host;

import java.nio.file.Path;

/**
 * A folder or file of this host and where the program sees it. Inside the sandbox nothing else of the host is there but
 * /usr and a few files of /etc. A bind below another one's path needs its mount point to exist in the outer folder.
 *
 * @param path absolute, as {@code /app}
 */
public record Bind(Path folder, String path, Access access) {
    public enum Access {
        READ_ONLY,
        READ_WRITE
    }

    public Bind {
        if (!path.startsWith("/") || path.length() < 2 || path.endsWith("/")) {
            throw new IllegalArgumentException(
                    "bind path: " + path + " (expected: absolute, without a slash at the end)");
        }
    }

    public static Bind readOnly(Path folder, String path) {
        return new Bind(folder, path, Access.READ_ONLY);
    }

    public static Bind readWrite(Path folder, String path) {
        return new Bind(folder, path, Access.READ_WRITE);
    }

    /** At the same path as on the host. */
    public static Bind same(Path folder, Access access) {
        return new Bind(folder, folder.toAbsolutePath().normalize().toString(), access);
    }

    boolean isBelow(Bind outer) {
        return path.startsWith(outer.path + "/");
    }
}
