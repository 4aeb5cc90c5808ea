package im.backend.host;

import java.nio.file.Path;

/**
 * A folder or file of this host and where the program sees it. Inside the sandbox nothing else of the host is there but
 * /usr and a few files of /etc. A bind below another one's path needs its mount point to exist in the outer folder. A bind
 * at {@code /} is the program's whole system: nothing of the host is there then, and the folders /proc, /dev, /tmp, /run
 * and /var/tmp have to be in it.
 *
 * @param path absolute, as {@code /app}
 */
public record Bind(Path folder, String path, Access access) {
    public enum Access {
        READ_ONLY,
        READ_WRITE
    }

    public static final String ROOT = "/";

    public Bind {
        if (!path.startsWith("/") || (path.endsWith("/") && !path.equals(ROOT))) {
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

    boolean isRoot() {
        return path.equals(ROOT);
    }

    boolean isBelow(Bind outer) {
        return outer.isRoot() ? !isRoot() : path.startsWith(outer.path + "/");
    }
}
