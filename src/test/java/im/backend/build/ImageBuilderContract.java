package im.backend.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.Digest;
import im.backend.domain.StartPlan;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every {@link ImageBuilder} does. */
public abstract class ImageBuilderContract extends ImageBuilderKit {
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
}
