package im.backend.build.detect;

import static im.backend.build.detect.Plans.plan;
import static im.backend.build.detect.Plans.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.build.BuildPlan;
import im.backend.domain.AppManifest;
import im.backend.domain.InMemorySourceTree;
import im.backend.manifest.Manifests;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DockerfileDetectionTest {
    @Test
    void aDockerfileAloneIsTheRecipe() {
        BuildPlan plan = plan("Dockerfile", "FROM scratch", "main.rs", "", "public/index.html", "");

        assertThat(plan).isInstanceOfSatisfying(BuildPlan.Dockerfile.class, dockerfile -> {
            assertThat(dockerfile.path()).isEqualTo("Dockerfile");
            assertThat(dockerfile.arguments()).isEmpty();
        });
        assertThat(plan.outline().reason()).isEqualTo("found Dockerfile: the image says how it is started");
        assertThat(plan.outline().start().processes()).isEmpty();
    }

    @Test
    void aContainerfileIsADockerfile() {
        assertThat(plan("Containerfile", "FROM scratch").outline().reason()).startsWith("found Containerfile");
    }

    @Test
    void aLanguageWinsOverADockerfileAndSaysSo() {
        BuildPlan plan = plan("go.mod", "module x", "main.go", "package main\n", "Dockerfile", "FROM scratch");

        assertThat(plan).isInstanceOf(BuildPlan.Go.class);
        assertThat(plan.outline().reason())
                .isEqualTo("found go.mod, built from .: ./.build/app; Dockerfile is not used"
                        + " (build.dockerfile: Dockerfile would use it)");
    }

    @Test
    void aLanguageThatCanNotTellHowTheAppStartsLeavesItToTheDockerfile() {
        BuildPlan plan = plan("requirements.txt", "requests", "tool.py", "", "Dockerfile", "FROM scratch");

        assertThat(plan).isInstanceOf(BuildPlan.Dockerfile.class);
    }

    @ParameterizedTest
    @CsvSource({
        "dockerfile, 'build: {dockerfile: deploy/api.dockerfile, args: {VERSION: 2}, command: make, ignore: [x]}'",
        "runtime, 'runtime: dockerfile'"
    })
    void backendYmlCanAskForTheDockerfileInAnyTree(String what, String yaml) {
        AppManifest manifest = Manifests.parse(yaml + "\nentrypoint: ./serve --fast\n");
        InMemorySourceTree tree = InMemorySourceTree.of(
                "go.mod", "module x", "main.go", "package main\n", "Dockerfile", "", "deploy/api.dockerfile", "");

        BuildPlan.Dockerfile plan = (BuildPlan.Dockerfile) new Detection().plan(tree, manifest);

        assertThat(web(plan)).isEqualTo("./serve --fast");
        assertThat(plan.outline().reason())
                .isEqualTo("found " + plan.path() + "; the entrypoint is given: ./serve --fast");
        if (what.equals("dockerfile")) {
            assertThat(plan.path()).isEqualTo("deploy/api.dockerfile");
            assertThat(plan.arguments()).containsExactly(Map.entry("VERSION", "2"));
            assertThat(plan.outline().warnings()).hasSize(2);
        }
    }

    @Test
    void aDockerfileThatIsNotThereIsNamed() {
        AppManifest manifest = Manifests.parse("build: {dockerfile: Dockerfil}");

        assertThatThrownBy(() -> new Detection().plan(InMemorySourceTree.of("Dockerfile", ""), manifest))
                .hasMessageContaining("`Dockerfil`");
    }
}
