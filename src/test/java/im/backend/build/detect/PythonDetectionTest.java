package im.backend.build.detect;

import static im.backend.build.detect.Plans.plan;
import static im.backend.build.detect.Plans.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.build.BuildPlan;
import im.backend.domain.AppManifest;
import im.backend.domain.CommitHash;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.SourceTree;
import im.backend.domain.StartPlan;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PythonDetectionTest {
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

    @Test
    void noFileIsReadTwiceInTheSearchForAnApp() {
        List<String> read = new ArrayList<>();
        SourceTree tree = InMemorySourceTree.of("main.py", "import shop.a\n", "shop/a.py", "", "shop/b.py", "");

        new Detection().plan(new Counted(tree, read), AppManifest.defaults());

        assertThat(read).contains("main.py", "shop/a.py", "shop/b.py").doesNotHaveDuplicates();
    }

    /** A tree that notes what is read of it. */
    private record Counted(SourceTree tree, List<String> read) implements SourceTree {
        @Override
        public CommitHash commit() {
            return tree.commit();
        }

        @Override
        public Instant committedAt() {
            return tree.committedAt();
        }

        @Override
        public String treeHash() {
            return tree.treeHash();
        }

        @Override
        public List<Entry> entries() {
            return tree.entries();
        }

        @Override
        public Optional<byte[]> read(String path, int bytesMax) {
            read.add(path);
            return tree.read(path, bytesMax);
        }

        @Override
        public void copy(Entry entry, Path target) {
            tree.copy(entry, target);
        }
    }
}
