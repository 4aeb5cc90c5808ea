package im.backend.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/** The Unix user that a program runs as; user and group have the same number. */
record Account(int uid) {
    private static final int ROOT = 0;

    /** Of this server. */
    static Account own() {
        return new Account(uidOf(Path.of("/proc/self")));
    }

    boolean isRoot() {
        return uid == ROOT;
    }

    /** Whether this user may pass through all folders above the file, as a sandbox started by it has to. */
    boolean canReach(Path file) {
        try {
            return outermostClosedFolder(file.toRealPath()).isEmpty();
        } catch (IOException absent) {
            return false;
        }
    }

    /**
     * The outermost folder above the file that this user may not pass through.
     *
     * @param file without links in its path
     */
    Optional<Path> outermostClosedFolder(Path file) throws IOException {
        Optional<Path> outermost = Optional.empty();
        for (Path folder = file.getParent(); folder != null; folder = folder.getParent()) {
            PosixFileAttributes attributes = Files.readAttributes(folder, PosixFileAttributes.class);
            Set<PosixFilePermission> permissions = attributes.permissions();
            boolean open = permissions.contains(PosixFilePermission.OTHERS_EXECUTE)
                    || (uidOf(folder) == uid && permissions.contains(PosixFilePermission.OWNER_EXECUTE));
            if (!open) {
                outermost = Optional.of(folder);
            }
        }
        return outermost;
    }

    private static int uidOf(Path file) {
        try {
            return (int) Files.getAttribute(file, "unix:uid");
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
