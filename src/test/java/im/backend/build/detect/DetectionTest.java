package im.backend.build.detect;

import static im.backend.build.detect.Plans.plan;
import static im.backend.build.detect.Plans.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.build.BuildPlan;
import im.backend.domain.AppManifest;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.RuntimeSpec;
import im.backend.manifest.Manifests;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DetectionTest {
    private static final String FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n";

    @Test
    void goIsBuiltFromTheFolderWithTheMainPackage() {
        BuildPlan.Go root = (BuildPlan.Go) plan("go.mod", "module x\n", "main.go", "package main\n");
        BuildPlan.Go command = (BuildPlan.Go) plan(
                "go.mod",
                "module x\n",
                "lib.go",
                "package x\n",
                "cmd/api/main.go",
                "// x\npackage main\n",
                "cmd/tool/m.go",
                "package main");

        assertThat(root.mainPackage()).isEqualTo(".");
        assertThat(command.mainPackage()).isEqualTo("./cmd/api");
    }

    @Test
    void severalMainPackagesAreListed() {
        assertThatThrownBy(() -> plan("go.mod", "", "cmd/a/m.go", "package main", "cmd/b/m.go", "package main"))
                .hasMessageContaining("cmd/a, cmd/b");
    }

    @Test
    void javaIsBuiltByTheTreesOwnTool() {
        assertThat(((BuildPlan.Java) plan("pom.xml", "<project/>")).tool()).isEqualTo(BuildPlan.Java.Tool.MAVEN);
        assertThat(((BuildPlan.Java) plan("build.gradle", "", "gradlew", "")).tool())
                .isEqualTo(BuildPlan.Java.Tool.GRADLE_WRAPPER);
        assertThat(web(plan("shop.jar", "PK"))).isEqualTo("java -jar shop.jar");
    }

    @Test
    void anIndexPageIsAStaticSite() {
        assertThat(plan("index.html", "<p>").outline().reason())
                .isEqualTo("found index.html: jwebserver -b $HOST -p $PORT -d /app");
        assertThat(web(plan("public/index.html", "<p>"))).endsWith("-d /app/public");
    }

    @Test
    void whatTheManifestSaysWins() {
        AppManifest manifest = Manifests.parse("runtime: node:20\nentrypoint: node other.js\n");

        BuildPlan plan = new Detection()
                .plan(
                        InMemorySourceTree.of("main.py", FASTAPI, "requirements.txt", "fastapi", "other.js", ""),
                        manifest);

        assertThat(plan).isInstanceOf(BuildPlan.Node.class);
        assertThat(web(plan)).isEqualTo("node other.js");
        assertThat(plan.outline().start().runtime()).isEqualTo(RuntimeSpec.parse("node:20"));
        assertThat(plan.outline().reason()).contains("the entrypoint is given: node other.js");
    }

    @Test
    void anEntrypointAloneNamesTheLanguage() {
        BuildPlan plan = new Detection()
                .plan(InMemorySourceTree.of("bin/serve.mjs", ""), Manifests.parse("entrypoint: node bin/serve.mjs\n"));

        assertThat(plan).isInstanceOf(BuildPlan.Node.class);
    }

    @Test
    void nothingRecognisedTellsWhatWasLookedForAndWhatToWrite() {
        assertThatThrownBy(() -> plan("notes.txt", "hello")).isInstanceOfSatisfying(ProblemException.class, failure -> {
            Problem.StageFailed problem = (Problem.StageFailed) failure.problem();
            assertThat(problem.slug()).isEqualTo("detection-failed");
            assertThat(problem.detail())
                    .contains("requirements.txt", "package.json", "go.mod", "pom.xml", "Dockerfile", "index.html");
            assertThat(problem.fix()).contains("backend.yml", "entrypoint:");
        });
    }

    @Test
    void anAppInAFolderBelowIsPointedAt() {
        assertThatThrownBy(() ->
                        plan("README.md", "", "services/api/requirements.txt", "fastapi", "web/package.json", "{}"))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        failure -> assertThat(((Problem.StageFailed) failure.problem()).fix())
                                .isEqualTo(
                                        "There seems to be an app in web, services/api: backendim deploy --dir web"));
    }

    @Test
    void anAptfileIsSaidNotToBeRead() {
        assertThat(plan("app.py", "", "Aptfile", "libzbar0").outline().reason()).contains("Aptfile is not read");
    }

    @Test
    void packagesWithoutAnAppTellHowToNameTheEntrypoint() {
        assertThatThrownBy(() -> plan("requirements.txt", "requests", "tool.py", ""))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        failure -> assertThat(((Problem.StageFailed) failure.problem()).fix())
                                .contains("entrypoint: uvicorn main:app"));
    }

    @ParameterizedTest
    @CsvSource({
        "fastapi-users, BuildPlan$Python, uvicorn main:app --host $HOST --port $PORT",
        "node-express,  BuildPlan$Node,   node server.js",
        "go-http,       BuildPlan$Go,     ./.build/app",
        "django-notes,  BuildPlan$Python, gunicorn site_settings.wsgi --bind $HOST:$PORT",
        "static-site,   BuildPlan$Static, jwebserver -b $HOST -p $PORT -d /app",
    })
    void everyExampleIsRecognisedWithoutItsManifest(String example, String kind, String command) {
        BuildPlan plan =
                new Detection().plan(InMemorySourceTree.ofFolder(Path.of("examples", example)), AppManifest.defaults());

        assertThat(plan.getClass().getName()).endsWith(kind);
        assertThat(web(plan)).isEqualTo(command);
        assertThat(plan.outline().warnings()).isEmpty();
    }
}
