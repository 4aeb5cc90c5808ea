package im.backend.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.CommitHash;
import im.backend.domain.ProjectId;
import im.backend.domain.SourceTree;
import im.backend.domain.UserName;
import im.backend.problem.ProblemException;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link SourceStore} keeps. */
public abstract class SourceStoreContract {
    protected static final ProjectId PROJECT = new ProjectId("admin-shop");
    protected static final UserName AUTHOR = new UserName("admin");
    protected static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    private SourceStore store;

    /** A store without repositories. */
    protected abstract SourceStore open(Clock clock) throws Exception;

    @BeforeEach
    void createRepository() throws Exception {
        store = open(Clock.fixed(NOW, ZoneOffset.UTC));
        store.create(PROJECT);
    }

    protected final SourceStore store() {
        return store;
    }

    protected static SourceUpload.Archive archive(byte[] tarGz, SourceUpload.File... overlay) {
        return new SourceUpload.Archive(new ByteArrayInputStream(tarGz), List.of(overlay));
    }

    protected static SourceUpload.File file(String path, String text) {
        return new SourceUpload.File(path, text.getBytes(UTF_8), false);
    }

    protected static SourceUpload.FileMap files(String... pathsAndTexts) {
        return new SourceUpload.FileMap(IntStream.range(0, pathsAndTexts.length / 2)
                .mapToObj(at -> file(pathsAndTexts[2 * at], pathsAndTexts[2 * at + 1]))
                .toList());
    }

    protected static AbstractThrowableAssert<?, ? extends Throwable> assertProblem(ThrowingCallable call, String slug) {
        return assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.problem().slug()).isEqualTo(slug));
    }

    protected final Commit stage(SourceUpload upload) {
        return store.stage(PROJECT, upload, AUTHOR, "Deploy");
    }

    protected final Commit stageAndPublish(SourceUpload upload) {
        Commit commit = stage(upload);
        store.publish(PROJECT, commit.hash());
        return commit;
    }

    private String text(CommitHash commit, String path) {
        return new String(store.read(PROJECT, commit).read(path, 1000).orElseThrow(), UTF_8);
    }

    @Test
    void aStagedCommitCanBeReadAndDoesNotMoveMain() {
        Commit commit = stage(archive(new TarBuilder()
                .folder("bin")
                .executable("bin/run", "#!/bin/sh\n")
                .file("./app.py", "print(1)\n")
                .gzip()));

        SourceTree tree = store.read(PROJECT, commit.hash());

        assertThat(tree.commit()).isEqualTo(commit.hash());
        assertThat(tree.treeHash()).isEqualTo(commit.treeHash());
        assertThat(tree.entries()).extracting(SourceTree.Entry::path).containsExactly("app.py", "bin/run");
        assertThat(tree.entries()).extracting(SourceTree.Entry::executable).containsExactly(false, true);
        assertThat(tree.entries()).extracting(SourceTree.Entry::sizeBytes).containsExactly(9L, 10L);
        assertThat(store.head(PROJECT)).isEmpty();
    }

    @Test
    void aCommitSaysWhoWhatAndWhen() {
        Commit commit = stageAndPublish(files("a.txt", "a"));

        assertThat(commit.author()).isEqualTo("admin");
        assertThat(commit.message()).isEqualTo("Deploy");
        assertThat(commit.at()).isEqualTo(NOW);
        assertThat(store.head(PROJECT)).contains(commit);
    }

    @Test
    void aTopFolderIsKept() {
        Commit commit = stage(archive(TarBuilder.of("shop/app.py", "1")));

        assertThat(text(commit.hash(), "shop/app.py")).isEqualTo("1");
    }

    @Test
    void theSameTreeGivesTheSameCommitWhicheverWayItCame() {
        Commit first = stageAndPublish(archive(TarBuilder.of("a/b.txt", "b", "a.txt", "a")));

        assertThat(stage(files("a.txt", "a", "a/b.txt", "b"))).isEqualTo(first);
        assertThat(stage(archive(TarBuilder.of("a.txt", "old", "a/b.txt", "b"), file("a.txt", "a"))))
                .isEqualTo(first);
        assertThat(stage(edit(first, List.of(file("a.txt", "a"))))).isEqualTo(first);
    }

    @Test
    void equalTreesInTwoProjectsAreTwoCommits() {
        ProjectId other = new ProjectId("admin-other");
        store.create(other);

        Commit here = stage(files("a.txt", "a"));
        Commit there = store.stage(other, files("a.txt", "a"), AUTHOR, "Deploy");

        assertThat(there.hash()).isNotEqualTo(here.hash());
        assertThat(there.treeHash()).isEqualTo(here.treeHash());
    }

    @Test
    void anOverlayReplacesAndJoins() {
        Commit commit = stage(archive(
                TarBuilder.of("backend.yml", "old", "a.txt", "a"), file("backend.yml", "new"), file("b.txt", "b")));

        assertThat(text(commit.hash(), "backend.yml")).isEqualTo("new");
        assertThat(store.read(PROJECT, commit.hash()).entries())
                .extracting(SourceTree.Entry::path)
                .containsExactly("a.txt", "b.txt", "backend.yml");
    }

    @Test
    void publishMovesMainAndTwiceIsOnce() {
        Commit first = stageAndPublish(files("a.txt", "1"));
        Commit second = stageAndPublish(files("a.txt", "2"));
        store.publish(PROJECT, second.hash());

        assertThat(store.head(PROJECT)).contains(second);
        assertThat(store.history(PROJECT, 10)).containsExactly(second, first);
        assertThat(store.history(PROJECT, 1)).containsExactly(second);
    }

    @Test
    void publishOfACommitThatMainHasAlreadyLeavesMain() {
        Commit first = stageAndPublish(files("a.txt", "1"));
        Commit second = stageAndPublish(files("a.txt", "2"));

        store.publish(PROJECT, first.hash());

        assertThat(store.head(PROJECT)).contains(second);
    }

    @Test
    void uploadsThatWaitTogetherArePublishedInOrder() {
        stageAndPublish(files("a.txt", "1"));
        Commit second = stage(files("a.txt", "2"));
        Commit third = stage(files("a.txt", "3"));

        store.publish(PROJECT, second.hash());
        store.publish(PROJECT, third.hash());

        assertThat(store.history(PROJECT, 2)).containsExactly(third, second);
    }

    @Test
    void aCancelledUploadDoesNotStopLaterOnesOrEdits() {
        Commit first = stageAndPublish(files("a.txt", "1"));
        stage(files("a.txt", "cancelled"));

        Commit edit = stageAndPublish(edit(first, List.of(file("b.txt", "b"))));
        Commit upload = stageAndPublish(files("a.txt", "3"));

        assertThat(store.history(PROJECT, 10)).containsExactly(upload, edit, first);
    }

    @Test
    void anUploadThatAnEditOvertookIsPublishedOnTopOfIt() {
        Commit first = stageAndPublish(files("a.txt", "1"));
        Commit waiting = stage(files("a.txt", "2"));
        Commit edit = stageAndPublish(edit(first, List.of(file("b.txt", "edited"))));

        store.publishUpload(PROJECT, waiting.hash());

        Commit main = store.head(PROJECT).orElseThrow();
        assertThat(main.treeHash()).isEqualTo(waiting.treeHash());
        assertThat(main.message()).isEqualTo(waiting.message());
        assertThat(store.history(PROJECT, 10)).containsExactly(main, edit, first);
        assertThat(text(waiting.hash(), "a.txt")).isEqualTo("2");
        assertThat(stageAndPublish(files("a.txt", "3")))
                .isEqualTo(store.history(PROJECT, 1).getFirst());
    }

    @Test
    void uploadsThatWaitAreOnMainInWhateverOrderTheyArePublished() {
        Commit one = stage(files("a.txt", "1"));
        Commit two = stage(files("a.txt", "2"));

        store.publishUpload(PROJECT, two.hash());
        store.publishUpload(PROJECT, one.hash());

        assertThat(store.history(PROJECT, 10)).containsExactly(two, one);
    }

    @Test
    void anEditPutsAndDeletesOnTopOfItsParent() {
        Commit first = stageAndPublish(files("a.txt", "a", "b.txt", "b", "c.txt", "c"));

        Commit edited = stageAndPublish(new SourceUpload.Edit(
                Optional.of(first.hash()), List.of(file("a.txt", "A"), file("d/d.txt", "d")), List.of("b.txt")));

        assertThat(store.read(PROJECT, edited.hash()).entries())
                .extracting(SourceTree.Entry::path)
                .containsExactly("a.txt", "c.txt", "d/d.txt");
        assertThat(text(edited.hash(), "a.txt")).isEqualTo("A");
        assertThat(text(first.hash(), "a.txt")).isEqualTo("a");
    }

    @Test
    void anEditOfAnEmptyRepositoryIsItsFirstCommit() {
        Commit commit =
                stageAndPublish(new SourceUpload.Edit(Optional.empty(), List.of(file("a.txt", "a")), List.of()));

        assertThat(store.head(PROJECT)).contains(commit);
    }

    @Test
    void anEditWithAStaleParentIsAConflict() {
        Commit first = stageAndPublish(files("a.txt", "1"));
        Commit second = stageAndPublish(files("a.txt", "2"));

        assertProblem(() -> stage(edit(first, List.of(file("a.txt", "3")))), "commit-conflict")
                .hasMessageContaining(second.hash().value());
    }

    @Test
    void anEditThatConflictsWithTheTreeOrEmptiesItIsRefused() {
        Commit first = stageAndPublish(files("a.txt", "1"));

        assertProblem(() -> stage(edit(first, List.of(file("A.txt", "2")))), "path-conflict");
        assertProblem(() -> stage(edit(first, List.of(file("a.txt/b", "2")))), "path-conflict");
        assertProblem(() -> stage(edit(first, List.of(file("../x", "2")))), "unsafe-path");
        assertProblem(
                () -> stage(new SourceUpload.Edit(Optional.empty(), List.of(), List.of("a.txt"))), "empty-source");
        assertProblem(
                () -> stage(new SourceUpload.Edit(Optional.empty(), List.of(), List.of("none.txt"))), "not-found");
    }

    @Test
    void ofTwoEditsOfOneParentTheSecondIsAConflict() {
        Commit first = stageAndPublish(files("a.txt", "1"));
        Commit one = stage(edit(first, List.of(file("b.txt", "b"))));
        Commit two = stage(edit(first, List.of(file("c.txt", "c"))));

        store.publish(PROJECT, one.hash());

        assertProblem(() -> store.publish(PROJECT, two.hash()), "commit-conflict");
    }

    @Test
    void aFileIsReadUpToTheAskedSize() {
        SourceTree tree = store.read(PROJECT, stage(files("a.txt", "12345")).hash());

        assertThat(tree.read("a.txt", 5)).isPresent();
        assertThat(tree.read("none.txt", 5)).isEmpty();
        assertProblem(() -> tree.read("a.txt", 4), "file-too-large");
    }

    @Test
    void aFileIsCopiedOnceToANewPath(@TempDir Path folder) throws Exception {
        SourceTree tree = store.read(PROJECT, stage(files("a.txt", "12345")).hash());
        Path target = folder.resolve("copy.txt");

        tree.copy(tree.entries().getFirst(), target);

        assertThat(target).hasContent("12345");
        assertThatThrownBy(() -> tree.copy(tree.entries().getFirst(), target)).isInstanceOf(Exception.class);
    }

    @Test
    void whatIsNotThereIsSaid() {
        CommitHash unknown = new CommitHash("0123456789012345678901234567890123456789");
        ProjectId nobody = new ProjectId("admin-nobody");

        assertProblem(() -> store.read(PROJECT, unknown), "commit-unknown");
        assertProblem(() -> store.publish(PROJECT, unknown), "commit-unknown");
        assertProblem(() -> store.stage(nobody, files("a.txt", "a"), AUTHOR, "m"), "not-found");
        assertThat(store.head(nobody)).isEmpty();
        assertThat(store.history(nobody, 5)).isEmpty();
    }

    @Test
    void anEmptyFileMapIsRefused() {
        assertProblem(() -> stage(files()), "empty-source");
    }

    @Test
    void createAndDeleteMayBeRepeated() {
        stageAndPublish(files("a.txt", "a"));

        store.create(PROJECT);
        assertThat(store.head(PROJECT)).isPresent();
        store.delete(PROJECT);
        store.delete(PROJECT);
        assertThat(store.head(PROJECT)).isEmpty();
        store.create(PROJECT);
        assertThat(store.head(PROJECT)).isEmpty();
    }

    @Test
    void uploadsFromManyThreadsAllSucceedAndTheLastPublishedIsMain() throws Exception {
        stageAndPublish(files("a.txt", "start"));

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var staged = threads.invokeAll(IntStream.range(0, 12)
                    .<Callable<Commit>>mapToObj(number -> () -> stage(files("a.txt", "number " + number)))
                    .toList());
            for (var commit : staged) {
                assertThat(store.read(PROJECT, commit.get().hash()).entries()).hasSize(1);
            }
        }

        Commit last = stageAndPublish(files("a.txt", "end"));
        assertThat(store.head(PROJECT)).contains(last);
        assertThat(store.history(PROJECT, 100)).hasSize(14);
    }

    private static SourceUpload.Edit edit(Commit parent, List<SourceUpload.File> puts) {
        return new SourceUpload.Edit(Optional.of(parent.hash()), puts, List.of());
    }
}
