package im.backend.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.Deployment;
import im.backend.problem.ProblemException;
import im.backend.store.StoreSamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A database whose files were touched is refused with the reason, and stays as it was found. */
final class DamagedDatabaseTest {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final int DEPLOYMENTS = 20;

    @TempDir
    private Path folder;

    private final Random random = new Random(20261121);

    @Test
    void anyChangeOfAFileThatWasClosedInOrderIsNoticed() throws IOException {
        write(folder.resolve("good")).close();
        byte[] good = Files.readAllBytes(folder.resolve("good/state.mv.db"));

        for (int i = 0; i < 60; i++) {
            byte[] damaged = switch (i % 3) {
                case 0 -> Arrays.copyOf(good, random.nextInt(good.length));
                case 1 -> Arrays.copyOf(good, good.length + 1 + random.nextInt(8192));
                default -> good.clone();
            };
            if (i % 3 == 2) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            assertRefused(copy("good", "damaged" + i, damaged), damaged);
        }
    }

    @Test
    void aFileThatWasLeftByAKillAndThenCutOffIsNoticed() throws IOException {
        try (Database running = write(folder.resolve("running"))) {
            byte[] left = Files.readAllBytes(folder.resolve("running/state.mv.db"));
            assertThat(running.flushes()).isPositive();

            for (int i = 0; i < 20; i++) {
                byte[] cut = Arrays.copyOf(left, random.nextInt(left.length - 4096));
                assertRefused(copy("running", "cut" + i, cut), cut);
            }
        }
    }

    @Test
    void aFileThatWasLeftByAKillIsOpened() throws IOException {
        try (Database running = write(folder.resolve("running"))) {
            assertThat(running.flushes()).isPositive();
            byte[] left = Files.readAllBytes(folder.resolve("running/state.mv.db"));

            Database again = new Database(new DatabaseSettings.Embedded(copy("running", "left", left)), CLOCK);
            again.start();

            List<Deployment> found =
                    new SqlDeploymentLog(again, CLOCK).list(StoreSamples.SHOP, Instant.MAX, 2 * DEPLOYMENTS);
            assertThat(found).hasSize(DEPLOYMENTS);
            again.close();
        }
    }

    @Test
    void anOlderCopyOfTheFileAloneIsNoticed() throws IOException {
        write(folder.resolve("db")).close();
        Path file = folder.resolve("db/state.mv.db");
        byte[] older = Files.readAllBytes(file);
        Database database = new Database(new DatabaseSettings.Embedded(folder.resolve("db")), CLOCK);
        database.start();
        new SqlProjectStore(database, CLOCK).create(StoreSamples.BLOG);
        database.close();
        Files.write(file, older);

        assertRefused(folder.resolve("db"), older);
    }

    private Database write(Path where) {
        Database database = new Database(new DatabaseSettings.Embedded(where), CLOCK);
        database.start();
        new SqlProjectStore(database, CLOCK).create(StoreSamples.SHOP);
        SqlDeploymentLog log = new SqlDeploymentLog(database, CLOCK);
        for (int i = 0; i < DEPLOYMENTS; i++) {
            Deployment opened = log.open(
                    StoreSamples.deployment(StoreSamples.SHOP, Instant.now()), StoreSamples.QUEUED, Optional.empty());
            log.append(opened.id(), StoreSamples.failed());
        }
        return database;
    }

    private Path copy(String from, String to, byte[] content) throws IOException {
        Path target = Files.createDirectory(folder.resolve(to));
        Files.write(target.resolve("state.mv.db"), content);
        Files.copy(folder.resolve(from).resolve("state.mark"), target.resolve("state.mark"));
        return target;
    }

    private static void assertRefused(Path where, byte[] content) {
        assertThatThrownBy(() -> new Database(new DatabaseSettings.Embedded(where), CLOCK).start())
                .isInstanceOfSatisfying(ProblemException.class, refused -> {
                    assertThat(refused.problem().slug()).isEqualTo("database-damaged");
                    assertThat(refused.problem().detail()).contains("from a backup");
                });
        assertThat(where.resolve("state.mv.db")).hasBinaryContent(content);
    }
}
