package im.backend.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.SecretName;
import im.backend.domain.SecretValue;
import im.backend.file.PrivateFile;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.secret.MasterKeyFile;
import im.backend.store.StoreSamples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the database knows of a secret, and what becomes of it when somebody has touched the files. */
final class SealedSecretsTest {
    private static final SecretName ONE = new SecretName("one");
    private static final SecretName TWO = new SecretName("two");

    @TempDir
    private Path folder;

    private Database database;
    private SqlSecretStore secrets;

    @BeforeEach
    void open() {
        database = new Database(new DatabaseSettings.Embedded(folder.resolve("db")), Clock.systemUTC());
        database.start();
        secrets = new SqlSecretStore(
                database,
                new MasterKeyFile(new PrivateFile(folder.resolve("keys"), "master.key"), new SecureRandom()),
                Clock.systemUTC());
        secrets.start();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void reopen() {
        database.close();
        open();
    }

    private void putTwo() {
        new SqlProjectStore(database, Clock.systemUTC()).create(StoreSamples.SHOP);
        secrets.put(StoreSamples.SHOP, ONE, new SecretValue("value one"));
        secrets.put(StoreSamples.SHOP, TWO, new SecretValue("value two"));
    }

    @Test
    void noFileHoldsAValue() throws IOException {
        new SqlProjectStore(database, Clock.systemUTC()).create(StoreSamples.SHOP);
        List<String> canaries = Stream.iterate(0, i -> i + 1)
                .limit(200)
                .map(i -> "canary-" + Integer.toHexString(i * 7919 + 104729))
                .toList();
        for (String canary : canaries) {
            secrets.put(StoreSamples.SHOP, ONE, new SecretValue(canary));
        }
        database.close();

        try (Stream<Path> files = Files.walk(folder).filter(Files::isRegularFile)) {
            for (Path file : files.toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .doesNotContain(canaries);
            }
        }
        open();
    }

    @Test
    void secretsOutliveARestart() {
        putTwo();

        reopen();

        assertThat(secrets.reveal(StoreSamples.SHOP, ONE, 1).reveal()).isEqualTo("value one");
    }

    @Test
    void twoSwappedRowsDoNotOpen() {
        putTwo();

        swap();

        assertSlug("secret-integrity", Problem.Conflict.class, () -> secrets.reveal(StoreSamples.SHOP, ONE, 1));
        assertSlug("secret-integrity", Problem.Conflict.class, () -> secrets.reveal(StoreSamples.SHOP, TWO, 1));
    }

    @Test
    void aMissingMasterKeyStopsTheStartAndNoNewOneIsMade() throws IOException {
        putTwo();
        Path key = folder.resolve("keys/master.key");
        byte[] kept = Files.readAllBytes(key);
        Files.delete(key);

        assertSealed();
        assertThat(key).doesNotExist();

        Files.write(key, kept);
        open();
        assertThat(secrets.reveal(StoreSamples.SHOP, TWO, 1).reveal()).isEqualTo("value two");
    }

    @Test
    void aWrongMasterKeyStopsTheStart() throws IOException {
        putTwo();
        Path key = folder.resolve("keys/master.key");
        byte[] kept = Files.readAllBytes(key);

        for (String wrong : List.of("", "short", "0".repeat(64), "z".repeat(64), "0".repeat(128))) {
            Files.writeString(key, wrong);
            assertSealed();
            assertThat(key).hasContent(wrong);
        }

        Files.write(key, kept);
        open();
        assertThat(secrets.reveal(StoreSamples.SHOP, ONE, 1).reveal()).isEqualTo("value one");
    }

    @Test
    void aKeyThatWasMadeBeforeACrashIsUsed() throws IOException {
        database.change(handle -> handle.execute("DELETE FROM seal"));
        byte[] made = Files.readAllBytes(folder.resolve("keys/master.key"));

        reopen();

        assertThat(folder.resolve("keys/master.key")).hasBinaryContent(made);
    }

    private void assertSealed() {
        database.close();
        assertSlug("sealed", Problem.Unavailable.class, this::open);
        database.close();
    }

    private void swap() {
        database.change(handle -> {
            byte[] one = sealed(handle, ONE);
            byte[] two = sealed(handle, TWO);
            assertThat(Arrays.equals(one, two)).isFalse();
            seal(handle, ONE, two);
            seal(handle, TWO, one);
        });
    }

    private static void seal(Handle handle, SecretName name, byte[] sealed) {
        handle.createUpdate("UPDATE secret_version SET sealed = :sealed WHERE name = :name")
                .bind("sealed", sealed)
                .bind("name", name.value())
                .execute();
    }

    private static byte[] sealed(Handle handle, SecretName name) {
        return handle.createQuery("SELECT sealed FROM secret_version WHERE name = :name")
                .bind("name", name.value())
                .mapTo(byte[].class)
                .one();
    }

    private static void assertSlug(String slug, Class<? extends Problem> kind, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ProblemException.class, refused -> {
            assertThat(refused.problem()).isInstanceOf(kind);
            assertThat(refused.problem().slug()).isEqualTo(slug);
        });
    }
}
