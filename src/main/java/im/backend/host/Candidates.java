package im.backend.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Looks for programs where people and version managers put them, and asks them who they are. */
final class Candidates {
    private static final System.Logger LOG = System.getLogger(Candidates.class.getName());
    private static final long ANSWER_SECONDS = 10;
    private static final int ANSWER_BYTES_MAX = 64 * 1024;

    private Candidates() {}

    static Path home() {
        return Path.of(System.getProperty("user.home"));
    }

    /** On the server's own PATH. */
    static Optional<Path> onPath(String program) {
        String path = System.getenv().getOrDefault("PATH", "/usr/local/bin:/usr/bin:/bin");
        return Arrays.stream(path.split(":"))
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * In each folder below {@code parent} at {@code inner}, newest name last.
     *
     * @param parent may not exist
     */
    static List<Path> below(Path parent, String glob, String inner) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, glob)) {
            folders.forEach(folder -> found.add(inner.isEmpty() ? folder : folder.resolve(inner)));
        } catch (IOException | DirectoryIteratorException absent) {
            return List.of();
        }
        found.removeIf(file -> !Files.isExecutable(file));
        Collections.sort(found);
        return found;
    }

    /** What the program answers, in one line per line of its output; empty when it fails. */
    static List<String> ask(List<String> command) {
        return answer(command).map(text -> text.lines().toList()).orElse(List.of());
    }

    /** Whether a small tool of the host ends well. */
    static boolean runs(List<String> command) {
        return answer(command).isPresent();
    }

    private static Optional<String> answer(List<String> command) {
        try {
            java.lang.Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                process.getOutputStream().close();
                byte[] answer = process.getInputStream().readNBytes(ANSWER_BYTES_MAX);
                boolean answered = process.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
                return answered ? Optional.of(new String(answer, StandardCharsets.UTF_8)) : Optional.empty();
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException notAProgram) {
            LOG.log(System.Logger.Level.DEBUG, "{0} does not run: {1}", command.getFirst(), notAProgram.getMessage());
            return Optional.empty();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
