package im.backend.build.detect;

import static im.backend.build.detect.Plans.plan;
import static im.backend.build.detect.Plans.web;
import static org.assertj.core.api.Assertions.assertThat;

import im.backend.build.BuildPlan;
import im.backend.build.BuildPlan.Node.PackageManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeDetectionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"start\": \"node server.js\"              | node server.js",
                "\"start\": \"tsx src/index.ts --x 1\"      | tsx src/index.ts --x 1",
                "\"start\": \"NODE_ENV=x node server.js\"   | npm start",
                "\"start\": \"tsc && node server.js\"       | npm start",
                "\"start\": \"node a.js\", \"prestart\": \"x\" | npm start",
                "\"test\": \"x\"                            | node server.js",
            })
    void nodeIsStartedByItsScriptWithoutNpmWhereThatIsTheSame(String scripts, String command) {
        BuildPlan plan = plan("package.json", "{\"scripts\": {" + scripts + "}}", "server.js", "");

        assertThat(web(plan)).isEqualTo(command);
    }

    @ParameterizedTest
    @CsvSource({
        "package-lock.json, {},                NPM",
        "pnpm-lock.yaml,    lockfileVersion:,  PNPM",
        "yarn.lock,         # yarn v1,         YARN_CLASSIC",
        "README,            x,                 NPM_UNLOCKED",
    })
    void theLockFileNamesThePackageManager(String file, String content, PackageManager expected) {
        BuildPlan.Node plan = (BuildPlan.Node) plan(
                "package.json",
                "{\"main\": \"./index.js\", \"dependencies\": {\"ws\": \"8\"}}",
                "index.js",
                "",
                file,
                content);

        assertThat(plan.packageManager()).contains(expected);
        assertThat(plan.outline().warnings()).hasSize(expected == PackageManager.NPM_UNLOCKED ? 1 : 0);
    }

    @Test
    void yarnBerryIsToldFromItsFirstEdition() {
        BuildPlan.Node plan = (BuildPlan.Node) plan(
                "package.json",
                "{\"scripts\":{\"start\":\"node a\"},\"dependencies\":{\"ws\":\"8\"}}",
                "yarn.lock",
                "# generated\n\n__metadata:\n  version: 8\n");

        assertThat(plan.packageManager()).contains(PackageManager.YARN_BERRY);
    }

    @Test
    void aBuildScriptRunsUnlessTheManifestNamesItsOwn() {
        String description = "{\"scripts\": {\"build\": \"tsc\"}, \"main\": \"dist/index.js\"}";
        BuildPlan.Node plan = (BuildPlan.Node) plan("package.json", description);

        assertThat(plan.buildScript()).isTrue();
        assertThat(web(plan)).isEqualTo("node dist/index.js");
    }

    @Test
    void anInstallScriptOfTheAppMakesTheWholeTreeAnInput() {
        BuildPlan.Node plan = (BuildPlan.Node) plan(
                "package.json",
                "{\"scripts\": {\"start\": \"node a\", \"postinstall\": \"prisma"
                        + " generate\"},\"dependencies\":{\"a\":\"1\"}}",
                "package-lock.json",
                "{}");

        assertThat(plan.inputs().wholeTree()).isTrue();
        assertThat(plan.inputs().files()).containsExactly("package.json", "package-lock.json");
    }

    @Test
    void theReleaseOfPnpmThatTheAppNamesIsTheOneThatInstalls() {
        BuildPlan.Node plan = (BuildPlan.Node) plan(
                "package.json",
                "{\"packageManager\":\"pnpm@9.15.0+sha512.ab\",\"dependencies\":{\"ms\":\"2\"},\"main\":\"a.js\"}",
                "a.js",
                "",
                "pnpm-lock.yaml",
                "");

        assertThat(plan.install(BuildPlan.Node.Scope.PRODUCTION).getFirst()).contains("pnpm@9.15.0");
    }
}
