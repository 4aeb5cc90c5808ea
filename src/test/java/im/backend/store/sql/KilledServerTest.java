package im.backend.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentId;
import im.backend.domain.LoggedEvent;
import im.backend.domain.SecretName;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 at random moments of writing: whatever was acknowledged is there afterwards, whole. */
@Tag("slow")
final class KilledServerTest {
    private static final int KILLS = 20;

    @TempDir
    private Path folder;

    @Test
    void nothingAcknowledgedIsLost() throws Exception {
        Random random = new Random(20261121);
        Map<DeploymentId, Long> sequences = new HashMap<>();
        Map<SecretName, Integer> versions = new HashMap<>();

        for (int kill = 1; kill <= KILLS; kill++) {
            List<String> acknowledged = writeUntilKilled(random.nextInt(20, 400));
            assertThat(acknowledged).as("writes before kill " + kill).isNotEmpty();
            Map<DeploymentId, Long> fresh = new HashMap<>();
            acknowledged.forEach(line -> remember(line, fresh, versions));

            assertAllThere(fresh, versions);
            sequences.putAll(fresh);
        }
        assertAllThere(sequences, versions);
    }

    /** @param milliseconds from the first acknowledged write to the kill */
    private List<String> writeUntilKilled(int milliseconds) throws IOException, InterruptedException {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashWriter.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> lines = new ArrayList<>();
        CountDownLatch first = new CountDownLatch(1);
        Thread reader = Thread.ofPlatform().start(() -> {
            try (BufferedReader output = writer.inputReader(StandardCharsets.UTF_8)) {
                for (String line = output.readLine(); line != null; line = output.readLine()) {
                    lines.add(line);
                    first.countDown();
                }
            } catch (IOException pipeBroke) {
                // The process is dead; what was read before counts.
            } finally {
                first.countDown();
            }
        });
        try {
            assertThat(first.await(60, TimeUnit.SECONDS)).isTrue();
            writer.waitFor(milliseconds, TimeUnit.MILLISECONDS);
        } finally {
            writer.destroyForcibly().waitFor();
            reader.join();
        }
        return lines;
    }

    private static void remember(String line, Map<DeploymentId, Long> sequences, Map<SecretName, Integer> versions) {
        String[] words = line.split(" ");
        if (words.length == 3 && words[0].equals("event")) {
            sequences.merge(DeploymentId.parse(words[1]), Long.valueOf(words[2]), Math::max);
        } else if (words.length == 3 && words[0].equals("secret")) {
            versions.merge(new SecretName(words[1]), Integer.valueOf(words[2]), Math::max);
        }
    }

    private void assertAllThere(Map<DeploymentId, Long> sequences, Map<SecretName, Integer> versions) {
        Database database = new Database(new DatabaseSettings.Embedded(folder.resolve("db")), Clock.systemUTC());
        database.start();
        try {
            SqlDeploymentLog log = new SqlDeploymentLog(database, Clock.systemUTC());
            SqlSecretStore secrets = CrashWriter.secrets(folder, database);
            sequences.forEach((id, sequence) -> {
                Deployment found = log.find(id).orElseThrow();
                assertThat(found.lastSequence()).isGreaterThanOrEqualTo(sequence);
                assertThat(log.after(id, 0, 100))
                        .extracting(LoggedEvent::sequence)
                        .containsExactlyElementsOf(LongStream.rangeClosed(1, found.lastSequence())
                                .boxed()
                                .toList());
            });
            versions.forEach((name, version) -> assertThat(
                            secrets.reveal(CrashWriter.PROJECT, name, version).reveal())
                    .isEqualTo("value of " + name));
        } finally {
            database.close();
        }
    }
}
