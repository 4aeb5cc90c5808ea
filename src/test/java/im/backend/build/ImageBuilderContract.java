package im.backend.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.AppManifest;
import im.backend.domain.Digest;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.ProjectId;
import im.backend.domain.StartPlan;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link ImageBuilder} does. */
public abstract class ImageBuilderContract {
    protected static final ProjectId PROJECT = new ProjectId("admin-shop");
    protected static final InMemorySourceTree TREE = InMemorySourceTree.of(
                    "main.py", "print('one')\n", "shop/data.txt", "data", "run.sh", "#!/bin/sh\n")
            .executable("run.sh");

    @TempDir
    protected Path folder;

    protected ImageBuilder builder;

    /** A fresh one that keeps its images in {@code folder}. */
    protected abstract ImageBuilder newBuilder(Path folder);

    @BeforeEach
    void open() {
        builder = newBuilder(folder.resolve("images"));
    }

    @Test
    void theImageHoldsTheSource() throws IOException {
        ReleaseImage image = builder.open(build(TREE).digest());

        Path app = app(image);
        assertThat(app.resolve("main.py")).hasContent("print('one')\n");
        assertThat(app.resolve("shop/data.txt")).hasContent("data");
        assertThat(Files.isExecutable(app.resolve("run.sh"))).isTrue();
    }

    @Test
    void theImageKnowsHowItIsStarted() {
        ReleaseImage image = builder.open(build(TREE).digest());

        assertThat(image.start().processes().get(StartPlan.WEB).resolve(Map.of()))
                .containsExactly("python3", "main.py");
    }

    @Test
    void theSameSourceGivesTheSameDigestAnywhere() {
        Digest here = build(TREE).digest();

        ImageBuilder elsewhere = newBuilder(folder.resolve("elsewhere"));

        assertThat(elsewhere.build(request(TREE), line -> {}).digest()).isEqualTo(here);
    }

    @Test
    void anotherSourceGivesAnotherDigest() {
        assertThat(build(TREE.with("main.py", "print('two')\n")).digest())
                .isNotEqualTo(build(TREE).digest());
    }

    @Test
    void whatIsThereAlreadyIsNotWrittenAgain() {
        build(TREE);

        assertThat(build(TREE).layers()).allMatch(BuiltImage.Layer::reused);
    }

    @Test
    void aBuildIsToldLineByLine() {
        List<String> lines = new ArrayList<>();

        builder.build(request(TREE), lines::add);

        assertThat(lines).isNotEmpty().noneMatch(line -> line.contains("\n"));
    }

    @Test
    void anImageThatIsNotThereIsGone() {
        assertThatThrownBy(() -> builder.open(Digest.ofSha256Hex("0".repeat(64))))
                .isInstanceOf(ProblemException.class)
                .hasMessageStartingWith("release-gone");
    }

    @Test
    void aLiveImageOutlivesACleanUp() {
        Digest live = build(TREE).digest();
        build(TREE.with("main.py", "print('two')\n"));

        builder.prune(List.of(live));

        assertThat(app(builder.open(live)).resolve("main.py")).hasContent("print('one')\n");
    }

    protected BuiltImage build(InMemorySourceTree tree) {
        return builder.build(request(tree), line -> {});
    }

    protected static BuildRequest request(InMemorySourceTree tree) {
        return new BuildRequest(PROJECT, tree, AppManifest.defaults(), Map.of());
    }

    protected static Path app(ReleaseImage image) {
        return image.mounts().stream()
                .filter(mount -> mount.path().equals("/app"))
                .findFirst()
                .orElseThrow()
                .folder();
    }
}
