package im.backend.e2e;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What this machine has. */
final class Programs {
    private Programs() {}

    static boolean present(String... names) {
        return Arrays.stream(names)
                .allMatch(name -> Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, name))));
    }

    /** Whether a program of this user may make a user namespace, as in no container and in no chroot by default. */
    static boolean userNamespaces() {
        try {
            return new ProcessBuilder("unshare", "--user", "true").start().waitFor() == 0;
        } catch (IOException noUnshare) {
            return false;
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
    }
}
