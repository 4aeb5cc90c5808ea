package im.backend.host.toolchain;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Where one program may lie: the places that people and version managers put it, in the order they were named. */
final class Candidates {
    private final List<Path> found = new ArrayList<>();

    /** Those that are there. */
    List<Path> found() {
        return List.copyOf(found);
    }

    /** On the server's own PATH. */
    Candidates onPath(String program) {
        String path = System.getenv().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
        Arrays.stream(path.split(":"))
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .ifPresent(found::add);
        return this;
    }

    Candidates at(Path program) {
        found.add(program);
        return this;
    }

    /**
     * In each folder below {@code parent} at {@code inner}, newest name last.
     *
     * @param parent may not exist; {@code ~/} is the home folder of the server's user
     * @param inner empty when the names below {@code parent} are the programs
     */
    Candidates below(String parent, String glob, String inner) {
        List<Path> programs = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(folder(parent), glob)) {
            folders.forEach(folder -> programs.add(inner.isEmpty() ? folder : folder.resolve(inner)));
        } catch (IOException | DirectoryIteratorException absent) {
            return this;
        }
        programs.stream().filter(Files::isExecutable).sorted().forEach(found::add);
        return this;
    }

    private static Path folder(String named) {
        return named.startsWith("~/")
                ? Path.of(System.getProperty("user.home")).resolve(named.substring("~/".length()))
                : Path.of(named);
    }

    /**
     * The installation around a program, when one of its lines names its version.
     *
     * @param prefix what stands before the version, as in {@code go version go1.24.1 linux/amd64} or {@code JAVA_VERSION="21"}
     */
    static Optional<Installation> named(Path candidate, String prefix, Lines lines) {
        try {
            Path program = candidate.toRealPath();
            return lines.of(program).stream()
                    .filter(line -> line.startsWith(prefix))
                    .map(line ->
                            line.substring(prefix.length()).replace("\"", "").split(" ", 2)[0])
                    .map(version -> Installation.around(version, program))
                    .findFirst();
        } catch (IOException vanished) {
            return Optional.empty();
        }
    }

    /** What a program, or a file beside it, says of itself. */
    @FunctionalInterface
    interface Lines {
        List<String> of(Path program) throws IOException;
    }
}
