package im.backend.source.git;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The git program of this machine, cut off from its user's configuration. */
final class RealGit {
    private static final long SECONDS_MAX = 60;

    private final Path folder;
    private final Map<String, String> environment;

    RealGit(Path folder) {
        this(folder, Map.of());
    }

    RealGit(Path folder, Map<String, String> environment) {
        this.folder = folder;
        this.environment = environment;
    }

    record Result(int exitCode, String output) {}

    /** Fails when git does. */
    String run(String... arguments) {
        Result result = attempt(arguments);
        if (result.exitCode() != 0) {
            throw new AssertionError("git " + String.join(" ", arguments) + ": " + result.output());
        }
        return result.output();
    }

    /** With bytes on its standard input; gives its output without the line end. */
    String feed(byte[] input, String... arguments) {
        Result result = attempt(input, arguments);
        if (result.exitCode() != 0) {
            throw new AssertionError("git " + String.join(" ", arguments) + ": " + result.output());
        }
        return result.output().strip();
    }

    Result attempt(String... arguments) {
        return attempt(new byte[0], arguments);
    }

    private Result attempt(byte[] input, String... arguments) {
        try {
            Path log = Files.createTempFile("git", ".out");
            try {
                ProcessBuilder builder = new ProcessBuilder(command(arguments))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
                builder.environment().putAll(base());
                builder.environment().putAll(environment);
                Process process = builder.start();
                try (var in = process.getOutputStream()) {
                    in.write(input);
                }
                if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new AssertionError("git hangs: " + String.join(" ", arguments));
                }
                return new Result(process.exitValue(), Files.readString(log, StandardCharsets.UTF_8));
            } finally {
                Files.delete(log);
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        return command;
    }

    static Map<String, String> base() {
        return Map.of(
                "GIT_CONFIG_GLOBAL", "/dev/null",
                "GIT_CONFIG_SYSTEM", "/dev/null",
                "GIT_TERMINAL_PROMPT", "0",
                "GIT_AUTHOR_NAME", "test",
                "GIT_AUTHOR_EMAIL", "test@example.org",
                "GIT_COMMITTER_NAME", "test",
                "GIT_COMMITTER_EMAIL", "test@example.org",
                "LC_ALL", "C.UTF-8");
    }
}
