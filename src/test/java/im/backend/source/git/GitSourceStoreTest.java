package im.backend.source.git;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.SourceTree;
import im.backend.source.Commit;
import im.backend.source.HostileArchive;
import im.backend.source.SourceLimits;
import im.backend.source.SourceStore;
import im.backend.source.SourceStoreContract;
import im.backend.source.SourceUpload;
import im.backend.source.TarBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class GitSourceStoreTest extends SourceStoreContract {
    @TempDir
    private Path folder;

    private GitSourceStore git;

    @Override
    protected SourceStore open(Clock clock) {
        git = new GitSourceStore(new GitSettings(folder.resolve("git"), SourceLimits.DEFAULT), clock);
        git.start();
        return git;
    }

    @AfterEach
    void close() {
        git.close();
    }

    private Path repository() {
        return folder.resolve("git").resolve(PROJECT + ".git");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.map(Path::toString).sorted().toList();
        }
    }

    private static long sizeOf(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.mapToLong(path -> path.toFile().length()).sum();
        }
    }

    private long packs() {
        return Stream.of(repository().resolve("objects/pack").toFile().list())
                .filter(name -> name.endsWith(".pack"))
                .count();
    }

    @Test
    void aDiskWithLittleRoomTakesNoUploadAndIsStillRead() {
        Commit there = stage(files("main.py", "1"));
        git.close();
        git = new GitSourceStore(
                new GitSettings(folder.resolve("git"), SourceLimits.DEFAULT, Long.MAX_VALUE), Clock.systemUTC());
        git.start();

        assertProblem(() -> git.stage(PROJECT, files("main.py", "2"), AUTHOR, "second"), "storage-full");
        assertThat(git.read(PROJECT, there.hash()).entries()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void aHostileArchiveLeavesNothingBehind(HostileArchive hostile) throws IOException {
        List<String> before = files();

        assertProblem(() -> stage(archive(hostile.bytes())), hostile.slug());

        assertThat(files()).isEqualTo(before);
    }

    @Test
    void aRefusalAfterABigFileLeavesNothingBehind() throws IOException {
        byte[] big = new byte[5 << 20];
        new Random(1).nextBytes(big);
        List<String> before = files();

        byte[] hostile = new TarBuilder()
                .entry("big.bin", '0', 0644, big)
                .link("x", '2', "/etc")
                .gzip();
        assertProblem(() -> stage(archive(hostile)), "unsafe-archive");

        assertThat(files()).isEqualTo(before);
    }

    @Test
    void realGitFindsNothingWrong() {
        Commit first = stageAndPublish(files("a.txt", "1", "b/c.txt", "2"));
        Commit second = stageAndPublish(files("a.txt", "3", "b/c.txt", "2"));
        RealGit real = new RealGit(repository());

        assertThat(real.run("fsck", "--strict", "--full")).doesNotContain("error", "warning");
        assertThat(real.run("log", "--format=%H %an <%ae> %aI %s", "main"))
                .isEqualTo(
                        "%s admin <admin@admin-shop> 2026-11-21T10:00:00Z Deploy\n%s admin <admin@admin-shop> 2026-11-21T10:00:00Z Deploy\n"
                                .replace("Z", "+00:00")
                                .formatted(second.hash(), first.hash()));
        assertThat(real.run("ls-tree", "-r", "--name-only", "main")).isEqualTo("a.txt\nb/c.txt\n");
    }

    @Test
    void theSameUploadAtTheSameTimeIsTheSameCommitAfterARestart() {
        Commit first = stage(files("a.txt", "1"));
        store().delete(PROJECT);
        store().create(PROJECT);

        assertThat(stage(files("a.txt", "1"))).isEqualTo(first);
    }

    @Test
    void aBigFileIsStoredOnce() throws IOException {
        byte[] big = new byte[6 << 20];
        new Random(1).nextBytes(big);
        TarBuilder first = new TarBuilder().entry("big.bin", '0', 0644, big).file("a.txt", "1");
        stageAndPublish(archive(first.gzip()));
        long size = sizeOf(repository());

        Commit commit = stageAndPublish(archive(new TarBuilder()
                .entry("big.bin", '0', 0644, big)
                .file("a.txt", "2")
                .gzip()));

        assertThat(sizeOf(repository())).isLessThan(size + 100_000);
        Path copy = folder.resolve("copy.bin");
        SourceTree tree = store().read(PROJECT, commit.hash());
        tree.copy(tree.entries().get(1), copy);
        assertThat(copy).hasBinaryContent(big);
    }

    @Test
    void theExecutableBitReachesACopy() {
        Commit commit = stage(archive(new TarBuilder()
                .executable("run.sh", "#!/bin/sh\n")
                .file("app.py", "1")
                .gzip()));
        SourceTree tree = store().read(PROJECT, commit.hash());

        tree.entries()
                .forEach(entry ->
                        tree.copy(entry, folder.resolve(Path.of(entry.path()).getFileName())));

        assertThat(folder.resolve("run.sh")).isExecutable();
        assertThat(Files.isExecutable(folder.resolve("app.py"))).isFalse();
    }

    @Test
    void whatAKilledServerLeftIsSweptBeforeAnybodyMeetsIt() throws IOException {
        stageAndPublish(files("a.txt", "1"));
        git.close();
        List<String> clean = files();
        for (String stale : List.of(
                "refs/heads/main.lock",
                "refs/staged/newest.lock",
                "HEAD.lock",
                "packed-refs.lock",
                "objects/insert_1.pack",
                "objects/incoming_2.pack",
                "objects/spool_3.blob",
                "objects/pack/pack-0123.pack",
                "objects/pack/pack-0123.keep",
                "objects/pack/gc_1.pack_tmp",
                "gc.pid")) {
            Files.writeString(repository().resolve(stale), "stale");
        }
        Files.createDirectories(folder.resolve("git/.unfinished-1/objects"));

        open(Clock.systemUTC());
        assertThat(folder.resolve("git/.unfinished-1")).doesNotExist();
        assertThat(git.head(PROJECT)).isPresent();

        assertThat(files()).isEqualTo(clean);
        Commit commit = git.stage(PROJECT, files("a.txt", "2"), AUTHOR, "Deploy");
        git.publish(PROJECT, commit.hash());
    }

    @Test
    void manyPacksAreJoinedWhileReadersReadOn() throws Exception {
        Commit first = stageAndPublish(files("a.txt", "first", "b.txt", "b".repeat(10_000)));
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<Integer> reader = CompletableFuture.supplyAsync(() -> {
            int reads = 0;
            while (!done.get()) {
                assertThat(store().read(PROJECT, first.hash()).read("b.txt", 20_000))
                        .isPresent();
                reads++;
            }
            return reads;
        });

        for (int upload = 0; upload < 70; upload++) {
            stageAndPublish(files("a.txt", "upload " + upload));
        }
        Commit waiting = stage(files("a.txt", "waits"));
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> packs() < 40);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> git.housekeeping().clean(PROJECT));
        done.set(true);

        assertThat(reader.get()).isPositive();
        assertThat(packs()).isLessThanOrEqualTo(2);
        store().publish(PROJECT, waiting.hash());
        assertThat(store().history(PROJECT, 100)).hasSize(72);
        assertThat(new RealGit(repository()).run("fsck", "--strict")).doesNotContain("error");
    }

    @Test
    void anOvertakenUploadSurvivesTheHousekeeping() throws Exception {
        Commit first = stageAndPublish(files("a.txt", "1"));
        Commit overtaken = stage(files("a.txt", "2"));
        SourceUpload.File saved = file("b.txt", "b");
        stageAndPublish(new SourceUpload.Edit(Optional.of(first.hash()), List.of(saved), List.of()));
        stageAndPublish(files("a.txt", "3"));

        assertThat(git.housekeeping().clean(PROJECT)).isTrue();

        assertThat(store().read(PROJECT, overtaken.hash()).read("a.txt", 10)).isPresent();
    }
}
