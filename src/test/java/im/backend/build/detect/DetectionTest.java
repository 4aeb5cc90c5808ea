package im.backend.build.detect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.build.BuildPlan;
import im.backend.build.BuildPlan.Node.PackageManager;
import im.backend.domain.AppManifest;
import im.backend.domain.Command;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.StartPlan;
import im.backend.manifest.ManifestReader;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DetectionTest {
    private static final String FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n";
    private static final String FLASK = "import flask\napi = flask.Flask(__name__)\n";

    @Test
    void fastapiIsServedByUvicorn() {
        BuildPlan plan = plan("main.py", FASTAPI, "requirements.txt", "fastapi==0.165.0\nuvicorn\n");

        assertThat(plan.outline().reason())
                .isEqualTo("found requirements.txt with fastapi: uvicorn main:app --host $HOST --port $PORT");
        assertThat(plan.outline().warnings()).isEmpty();
        assertThat(plan.outline().start().environment())
                .containsEntry("PYTHONUSERBASE", "/app/.deps")
                .containsEntry("PATH", "/app/.deps/bin");
    }

    @ParameterizedTest
    @CsvSource({
        "app.py,              uvicorn app:app --host $HOST --port $PORT",
        "app/main.py,         uvicorn app.main:app --host $HOST --port $PORT",
        "app/__init__.py,     uvicorn app:app --host $HOST --port $PORT",
        "src/shop/main.py,    uvicorn shop.main:app --host $HOST --port $PORT",
        "service/http_api.py, uvicorn service.http_api:app --host $HOST --port $PORT",
    })
    void theAppIsFoundWhereverItIsAssigned(String file, String command) {
        BuildPlan plan =
                plan(file, FASTAPI, "tests/main.py", FASTAPI, "requirements.txt", "fastapi\nuvicorn[standard]>=0.3\n");

        assertThat(web(plan)).isEqualTo(command);
    }

    @Test
    void aSourceFolderIsPutOnTheModulePath() {
        BuildPlan plan = plan("src/shop/main.py", FASTAPI, "requirements.txt", "fastapi\nuvicorn\n");

        assertThat(plan.outline().start().environment()).containsEntry("PYTHONPATH", "/app/src");
    }

    @Test
    void anAnnotatedAppInTheMiddleOfAFileIsFound() {
        String source =
                "import os\nfrom fastapi import FastAPI as F, FastAPI\n\nservice: FastAPI = FastAPI(\n  title='x')\n";

        assertThat(web(plan("main.py", source, "requirements.txt", "fastapi\nuvicorn")))
                .isEqualTo("uvicorn main:service --host $HOST --port $PORT");
    }

    @Test
    void fastapiWithoutAServerGetsUvicornAndAWarning() {
        BuildPlan.Python plan = (BuildPlan.Python) plan("main.py", FASTAPI, "requirements.txt", "fastapi==0.165.0\n");

        assertThat(plan.packages().requirements()).containsExactly("uvicorn");
        assertThat(plan.outline().warnings()).singleElement().asString().contains("Add uvicorn");
    }

    @Test
    void fastapiStandardBringsItsServer() {
        BuildPlan.Python plan = (BuildPlan.Python) plan("main.py", FASTAPI, "requirements.txt", "fastapi[standard]\n");

        assertThat(plan.packages().requirements()).isEmpty();
        assertThat(plan.outline().warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "gunicorn, gunicorn app:api --bind $HOST:$PORT",
        "waitress, waitress-serve --listen=$HOST:$PORT app:api",
        "jinja2,   flask --app app:api run --host $HOST --port $PORT",
    })
    void flaskIsServedByWhatIsDeclared(String server, String command) {
        BuildPlan plan = plan("app.py", FLASK, "requirements.txt", "flask\n" + server + "==1.0\n");

        assertThat(web(plan)).isEqualTo(command);
        assertThat(plan.outline().warnings()).hasSize(server.equals("jinja2") ? 1 : 0);
    }

    @Test
    void aFlaskFactoryIsCalled() {
        BuildPlan plan =
                plan("shop/__init__.py", "def create_app():\n  pass\n", "requirements.txt", "Flask\ngunicorn\n");

        assertThat(plan.outline().start().processes().get(StartPlan.WEB).resolve(new TreeMap<>()))
                .startsWith("gunicorn", "shop:create_app()");
    }

    @ParameterizedTest
    @CsvSource({
        "gunicorn,   gunicorn shop.wsgi --bind $HOST:$PORT",
        "uvicorn,    uvicorn shop.asgi:application --host $HOST --port $PORT",
        "waitress,   waitress-serve --listen=$HOST:$PORT shop.wsgi:application",
        "whitenoise, python3 manage.py runserver --noreload $HOST:$PORT",
    })
    void djangoIsServedByWhatIsDeclared(String server, String command) {
        BuildPlan plan = plan(
                "manage.py",
                "",
                "shop/wsgi.py",
                "",
                "shop/asgi.py",
                "",
                "requirements.txt",
                "Django\n" + server + "\n");

        assertThat(web(plan)).isEqualTo(command);
        assertThat(plan.outline().reason()).startsWith("found requirements.txt with django: ");
        assertThat(plan.outline().warnings()).hasSize(server.equals("whitenoise") ? 1 : 0);
    }

    @Test
    void aScriptWithoutPackagesIsAnAppToo() {
        BuildPlan.Python plan = (BuildPlan.Python) plan("main.py", "print('hi')");

        assertThat(plan.outline().reason()).isEqualTo("found main.py: python3 main.py");
        assertThat(plan.packages().isEmpty()).isTrue();
        assertThat(plan.outline().start().environment()).isEmpty();
    }

    @Test
    void requirementFilesAreFollowedAndKeyTheLayer() {
        BuildPlan.Python plan = (BuildPlan.Python) plan(
                "main.py",
                FASTAPI,
                "requirements.txt",
                "-r requirements/base.txt\n-c limits.txt\n",
                "requirements/base.txt",
                "fastapi\nuvicorn\n-r more.txt\n",
                "requirements/more.txt",
                "-r base.txt\n",
                "limits.txt",
                "h11==0.16.0\n",
                "requirements-dev.txt",
                "pytest\n");

        assertThat(plan.inputs().files())
                .containsExactly(
                        "requirements.txt",
                        "requirements/base.txt",
                        "requirements/more.txt",
                        "limits.txt",
                        "requirements-dev.txt");
        assertThat(plan.inputs().wholeTree()).isFalse();
        assertThat(plan.development().files()).containsExactly("requirements-dev.txt");
        assertThat(plan.outline().warnings()).isEmpty();
    }

    @Test
    void aLocalPackageMakesTheWholeTreeAnInput() {
        BuildPlan.Python plan = (BuildPlan.Python) plan("main.py", FASTAPI, "requirements.txt", "uvicorn\n-e ./lib\n");

        assertThat(plan.inputs().wholeTree()).isTrue();
    }

    @Test
    void aProjectFileOfPep621IsRead() {
        BuildPlan.Python plan = (BuildPlan.Python) plan("main.py", FASTAPI, "pyproject.toml", """
            [project]
            name = "shop"
            dependencies = [
              "fastapi[standard]>=0.100", # the framework
              'httpx ; python_version < "4"',
            ]
            [project.optional-dependencies]
            test = ["pytest"]
            [dependency-groups]
            dev = ["ruff", {include-group = "lint"}]
            """);

        assertThat(plan.packages().requirements())
                .containsExactly("fastapi[standard]>=0.100", "httpx ; python_version < \"4\"");
        assertThat(plan.development().requirements()).containsExactlyInAnyOrder("pytest", "ruff");
        assertThat(plan.outline().reason()).startsWith("found pyproject.toml with fastapi: uvicorn");
    }

    @Test
    void uvLockPinsWhatTheProjectFileNames() {
        BuildPlan.Python plan = (BuildPlan.Python)
                plan("main.py", FASTAPI, "requirements.txt", "old", "pyproject.toml", """
                    [project]
                    name = "shop"
                    dependencies = ["fastapi", "uvicorn"]
                    """, "uv.lock", """
                    version = 1
                    requires-python = ">=3.11"

                    [[package]]
                    name = "fastapi"
                    version = "0.165.0"
                    source = { registry = "https://packages.example/simple" }
                    dependencies = [
                        { name = "starlette" },
                        { name = "tomli", marker = "python_full_version < '3.11'" },
                    ]
                    sdist = { url = "https://x/y.tar.gz", hash = "sha256:00", size = 1 }

                    [[package]]
                    name = "shop"
                    version = "0.1.0"
                    source = { virtual = "." }

                    [[package]]
                    name = "numpy"
                    version = "1.0"
                    [[package]]
                    name = "numpy"
                    version = "2.0"
                    """);

        assertThat(plan.packages().requirements()).containsExactly("fastapi", "uvicorn");
        assertThat(plan.packages().constraints()).containsExactly("fastapi==0.165.0");
        assertThat(plan.outline().reason()).startsWith("found uv.lock with fastapi");
    }

    @Test
    void aPipfileIsReadWithoutPipenvAndItsLockConstrains() {
        String pipfile = """
            [[source]]
            url = "https://pypi.org/simple"
            verify_ssl = true
            name = "pypi"

            [packages]
            fastapi = "*"
            uvicorn = {version = ">=0.30", extras = ["standard"]}

            [dev-packages]
            pytest = "~=8.0"
            """;
        String lock = """
            {"default": {"fastapi": {"version": "==0.115.0"}, "Typing_Extensions": {"version": "==4.12.2"}},
             "develop": {"pytest": {"version": "==8.3.0"}}}
            """;

        BuildPlan.Python plan = (BuildPlan.Python) plan("main.py", FASTAPI, "Pipfile", pipfile, "Pipfile.lock", lock);

        assertThat(web(plan)).isEqualTo("uvicorn main:app --host $HOST --port $PORT");
        assertThat(plan.packages().requirements()).containsExactly("fastapi", "uvicorn[standard]>=0.30");
        assertThat(plan.packages().constraints())
                .containsExactly("fastapi==0.115.0", "typing-extensions==4.12.2", "pytest==8.3.0");
        assertThat(plan.development().requirements()).containsExactly("pytest~=8.0");
        assertThat(plan.outline().reason()).contains("Pipfile.lock with fastapi");
    }

    @Test
    void aSinglePageAppWithoutAServerIsToldHowToGetOne() {
        assertThatThrownBy(() -> plan(
                        "package.json", "{\"scripts\":{\"build\":\"vite build\"}}", "index.html", "<div id=app></div>"))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(((Problem.StageFailed) refused.problem()).fix())
                                .contains("npm install serve", "-s dist"));
    }

    @Test
    void poetryIsReadWithoutPoetry() {
        BuildPlan.Python plan = (BuildPlan.Python) plan("main.py", FASTAPI, "pyproject.toml", """
            [tool.poetry]
            name = "shop"
            [tool.poetry.dependencies]
            python = "^3.11"
            fastapi = "^0.165"
            uvicorn = { version = "~0.54.0", extras = ["standard"] }
            requests = "*"
            [tool.poetry.group.test.dependencies]
            pytest = "8.*"
            """);

        assertThat(plan.packages().requirements())
                .containsExactly("fastapi>=0.165,<0.166", "uvicorn[standard]>=0.54.0,<0.55", "requests");
        assertThat(plan.development().requirements()).containsExactly("pytest==8.*");
    }

    @Test
    void aBrokenProjectFileIsToldWithItsLine() {
        assertThatThrownBy(() -> plan("main.py", "", "pyproject.toml", "[project]\nname = \"shop\ndependencies = []\n"))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("detection-failed")
                .hasMessageContaining("pyproject.toml can not be read: line 2");
    }

    @Test
    void aProjectFileForAFormatterDoesNotMakeItPython() {
        BuildPlan plan = plan("pyproject.toml", "[tool.ruff]\nline-length = 120\n", "index.html", "<p>");

        assertThat(plan).isInstanceOf(BuildPlan.Static.class);
    }

    @Test
    void thePythonVersionOfTheTreeIsAskedFor() {
        assertThat(plan("main.py", "", ".python-version", "3.12\n")
                        .outline()
                        .start()
                        .runtime())
                .isEqualTo(RuntimeSpec.parse("python:3.12"));
    }

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
        AppManifest manifest = manifest(Optional.of("node:20"), Optional.of("node other.js"));

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
                .plan(
                        InMemorySourceTree.of("bin/serve.mjs", ""),
                        manifest(Optional.empty(), Optional.of("node bin/serve.mjs")));

        assertThat(plan).isInstanceOf(BuildPlan.Node.class);
    }

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
        AppManifest manifest = ManifestReader.parse((yaml + "\nentrypoint: ./serve --fast\n").getBytes(UTF_8));
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
        AppManifest manifest = ManifestReader.parse("build: {dockerfile: Dockerfil}".getBytes(UTF_8));

        assertThatThrownBy(() -> new Detection().plan(InMemorySourceTree.of("Dockerfile", ""), manifest))
                .hasMessageContaining("`Dockerfil`");
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

    private static BuildPlan plan(String... pathsAndTexts) {
        return new Detection().plan(InMemorySourceTree.of(pathsAndTexts), AppManifest.defaults());
    }

    private static String web(BuildPlan plan) {
        return plan.outline().start().processes().get(StartPlan.WEB).text();
    }

    private static AppManifest manifest(Optional<String> runtime, Optional<String> entrypoint) {
        AppManifest defaults = AppManifest.defaults();
        return new AppManifest(
                Optional.empty(),
                runtime.map(RuntimeSpec::parse),
                entrypoint.map(Command::parse),
                new TreeMap<>(),
                defaults.generatedSecrets(),
                defaults.resources(),
                defaults.scaling(),
                Optional.empty(),
                defaults.healthcheck(),
                Optional.empty(),
                new TreeMap<>(),
                List.of(),
                List.of(),
                defaults.build(),
                Optional.empty(),
                defaults.deploy());
    }
}
