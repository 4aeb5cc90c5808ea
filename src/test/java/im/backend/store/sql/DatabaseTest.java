package im.backend.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.store.DeploymentLog;
import im.backend.store.StoreSamples;
import im.backend.store.sql.Migrations.Script;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DatabaseTest {
    private static final Clock CLOCK = Clock.systemUTC();

    @TempDir
    private Path folder;

    private final List<Database> opened = new ArrayList<>();

    @AfterEach
    void closeAll() {
        opened.forEach(Database::close);
    }

    @Test
    void whatWasWrittenIsThereAfterARestart() {
        Database first = open();
        new SqlProjectStore(first, CLOCK).create(StoreSamples.SHOP);
        first.close();

        assertThat(new SqlProjectStore(open(), CLOCK).find(StoreSamples.SHOP)).isPresent();
    }

    @Test
    void oneFlushServesManyWriters() throws Exception {
        Database database = open();
        SqlDeploymentLog log = new SqlDeploymentLog(database, CLOCK);
        new SqlProjectStore(database, CLOCK).create(StoreSamples.SHOP);
        long before = database.flushes();
        long fileWritesBefore = fileWrites(database);
        int writes = 400;

        Callable<Deployment> write = () -> log.open(
                StoreSamples.deployment(StoreSamples.SHOP, Instant.now()), StoreSamples.QUEUED, Optional.empty());
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            for (var done : threads.invokeAll(Collections.nCopies(writes, write))) {
                done.get();
            }
        }

        assertThat(database.flushes() - before).isBetween(1L, writes / 2L);
        // One write of the file for each flush; there were more than 400 when each commit wrote for itself.
        assertThat(fileWrites(database) - fileWritesBefore).isBetween(1L, writes / 2L);
    }

    @Test
    void eachWriteOfALoneWriterIsFlushed() {
        Database database = open();
        SqlProjectStore projects = new SqlProjectStore(database, CLOCK);
        projects.create(StoreSamples.SHOP);
        long before = database.flushes();

        for (int replicas = 1; replicas <= 10; replicas++) {
            projects.setReplicas(StoreSamples.SHOP, replicas);
        }

        assertThat(database.flushes() - before).isEqualTo(10);
    }

    @Test
    void outputIsNotFlushed() {
        Database database = open();
        DeploymentLog log = new SqlDeploymentLog(database, CLOCK);
        new SqlProjectStore(database, CLOCK).create(StoreSamples.SHOP);
        Deployment deployment = log.open(
                StoreSamples.deployment(StoreSamples.SHOP, Instant.now()), StoreSamples.QUEUED, Optional.empty());
        long before = database.flushes();

        for (int i = 0; i < 20; i++) {
            log.append(deployment.id(), new DeploymentEvent.Output(List.of("line " + i)));
        }

        assertThat(database.flushes()).isEqualTo(before);
        log.append(deployment.id(), StoreSamples.failed());
        assertThat(database.flushes()).isEqualTo(before + 1);
    }

    @Test
    void aDatabaseInUseIsRefused() throws IOException {
        open().close();

        // As another process holds it; within one process H2 would share it.
        try (FileChannel held = FileChannel.open(folder.resolve("state.mv.db"), StandardOpenOption.WRITE);
                FileLock lock = held.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertRefused("database-locked", new Database(new DatabaseSettings.Embedded(folder), CLOCK));
        }
        open();
    }

    @Test
    void aNewerDatabaseIsRefused() {
        List<Script> newer = new ArrayList<>(Migrations.bundled());
        newer.add(new Script(newer.size() + 1, "V9__later.sql", "CREATE TABLE IF NOT EXISTS later (id INTEGER);"));
        start(new Database(new DatabaseSettings.Embedded(folder), CLOCK, newer)).close();

        assertRefused("database-newer", new Database(new DatabaseSettings.Embedded(folder), CLOCK));
        start(new Database(new DatabaseSettings.Embedded(folder), CLOCK, newer)).close();
    }

    @Test
    void aDatabaseOfAnotherBuildIsRefused() {
        open().close();
        Script first = Migrations.bundled().getFirst();
        List<Script> changed = List.of(new Script(1, first.name(), first.sql() + "-- changed"));

        assertRefused("database-changed", new Database(new DatabaseSettings.Embedded(folder), CLOCK, changed));
    }

    @Test
    void anOlderDatabaseIsBroughtForward() {
        Database old = open();
        new SqlProjectStore(old, CLOCK).create(StoreSamples.SHOP);
        old.close();
        List<Script> newer = new ArrayList<>(Migrations.bundled());
        newer.add(new Script(
                newer.size() + 1, "V9__later.sql", "ALTER TABLE project ADD COLUMN IF NOT EXISTS colour VARCHAR(10);"));

        Database database = start(new Database(new DatabaseSettings.Embedded(folder), CLOCK, newer));

        assertThat(new SqlProjectStore(database, CLOCK).find(StoreSamples.SHOP)).isPresent();
        database.change(handle -> handle.execute("UPDATE project SET colour = 'blue'"));
    }

    @Test
    void aMigrationThatWasKilledRunsAgain() {
        open().close();
        Database killed = start(new Database(new DatabaseSettings.Embedded(folder), CLOCK));
        killed.change(handle -> handle.execute("DELETE FROM schema_history"));
        killed.close();

        assertThat(new SqlProjectStore(open(), CLOCK).find(StoreSamples.SHOP)).isEmpty();
    }

    @Test
    void aMissingOrEmptiedFileIsNotTakenForANewDatabase() throws IOException {
        open().close();
        Path file = folder.resolve("state.mv.db");
        byte[] content = Files.readAllBytes(file);

        Files.delete(file);
        assertRefused("database-damaged", new Database(new DatabaseSettings.Embedded(folder), CLOCK));
        assertThat(file).doesNotExist();

        Files.createFile(file);
        assertRefused("database-damaged", new Database(new DatabaseSettings.Embedded(folder), CLOCK));
        assertThat(file).isEmptyFile();

        Files.write(file, content);
        open();
    }

    @Test
    void anotherFileInItsPlaceIsRefusedAndLeftAlone() throws IOException {
        open().close();
        Path file = folder.resolve("state.mv.db");
        byte[] foreign = "not a database ".repeat(5000).getBytes(StandardCharsets.US_ASCII);
        Files.write(file, foreign);

        assertRefused("database-damaged", new Database(new DatabaseSettings.Embedded(folder), CLOCK));
        assertThat(file).hasBinaryContent(foreign);
    }

    @Test
    void aFullDiskRefusesWritesAndNotReads() {
        Database database = start(new Database(new DatabaseSettings.Embedded(folder), CLOCK));
        new SqlProjectStore(database, CLOCK).create(StoreSamples.SHOP);
        database.close();
        Database full = start(new Database(new DatabaseSettings.Embedded(folder, Long.MAX_VALUE), CLOCK));
        SqlProjectStore projects = new SqlProjectStore(full, CLOCK);

        assertThatThrownBy(() -> projects.create(StoreSamples.BLOG))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem()).isInstanceOf(Problem.StorageFull.class));
        assertThat(projects.find(StoreSamples.SHOP)).isPresent();
    }

    private static long fileWrites(Database database) {
        return database.read(handle -> handle.createQuery(
                        "SELECT setting_value FROM information_schema.settings WHERE setting_name = 'info.FILE_WRITE'")
                .mapTo(Long.class)
                .one());
    }

    private Database open() {
        return start(new Database(new DatabaseSettings.Embedded(folder), CLOCK));
    }

    private Database start(Database database) {
        database.start();
        opened.add(database);
        return database;
    }

    private static void assertRefused(String slug, Database database) {
        assertThatThrownBy(database::start).isInstanceOfSatisfying(ProblemException.class, refused -> {
            assertThat(refused.problem()).isInstanceOf(Problem.Conflict.class);
            assertThat(refused.problem().slug()).isEqualTo(slug);
            assertThat(refused.problem().detail()).endsWith(".");
        });
    }
}
