package im.backend.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.KilledProgram;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentId;
import im.backend.domain.LoggedEvent;
import im.backend.domain.SecretName;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
            List<String> acknowledged = new KilledProgram(CrashWriter.class, folder.toString())
                    .killedAfter(random.nextInt(20, 400), any -> true);
            Map<DeploymentId, Long> fresh = new HashMap<>();
            acknowledged.forEach(line -> remember(line, fresh, versions));

            assertAllThere(fresh, versions);
            sequences.putAll(fresh);
        }
        assertAllThere(sequences, versions);
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
