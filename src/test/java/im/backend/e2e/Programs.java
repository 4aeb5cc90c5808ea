package im.backend.e2e;

import java.io.File;
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
}
