package im.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A program of the tests in a process of its own that is killed in the middle of its work, as by a power cut. */
public final class KilledProgram {
    private static final Duration BEGIN_MAX = Duration.ofSeconds(60);

    private final ProcessBuilder program;

    public KilledProgram(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        program = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    /**
     * Runs it until some time after it said the first line that counts, so that each run has something to lose.
     *
     * @return all that it said; the last line may be cut
     */
    public List<String> killedAfter(int milliseconds, Predicate<String> counts) throws Exception {
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch begun = new CountDownLatch(1);
        Process running = program.start();
        Thread reader = Thread.ofPlatform().start(() -> {
            running.inputReader(StandardCharsets.UTF_8).lines().forEach(line -> {
                lines.add(line);
                if (counts.test(line)) {
                    begun.countDown();
                }
            });
            begun.countDown();
        });
        try {
            assertThat(begun.await(BEGIN_MAX.toSeconds(), TimeUnit.SECONDS)).isTrue();
            running.waitFor(milliseconds, TimeUnit.MILLISECONDS);
            // Not Process.destroyForcibly, which closes the pipe with what was acknowledged still in it.
            running.toHandle().destroyForcibly();
            running.waitFor();
            reader.join();
        } finally {
            running.destroyForcibly();
        }
        assertThat(lines).as("said before it ended by itself").anyMatch(counts);
        return List.copyOf(lines);
    }
}
