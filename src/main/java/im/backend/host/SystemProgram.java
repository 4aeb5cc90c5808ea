package im.backend.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Programs of the host itself, found in its own folders and never on the server's PATH, which users may have changed. */
final class SystemProgram {
    private static final List<Path> FOLDERS = List.of(
            Path.of("/usr/bin"), Path.of("/bin"), Path.of("/usr/sbin"), Path.of("/sbin"), Path.of("/usr/local/bin"));

    private SystemProgram() {}

    static Optional<Path> find(String name) {
        return FOLDERS.stream()
                .map(folder -> folder.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Its path as an argument. Fails when it is not installed. */
    static String required(String name) throws IOException {
        return find(name)
                .map(Path::toString)
                .orElseThrow(() ->
                        new IOException(name + " is not installed (expected: the packages util-linux and coreutils)"));
    }
}
