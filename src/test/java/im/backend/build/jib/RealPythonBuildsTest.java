package im.backend.build.jib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import im.backend.build.BuiltImage;
import im.backend.build.ReleaseImage;
import im.backend.domain.InMemorySourceTree;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class RealPythonBuildsTest extends RealBuildsKit {
    @Test
    void fastapiWithPackagesFromPyPi() throws Exception {
        InMemorySourceTree tree = example("fastapi-users");
        JibImageBuilder builder = builder("here");
        BuiltImage first = build(builder, tree);
        assertThat(lines).anyMatch(line -> line.startsWith("found requirements.txt with fastapi"));
        lines.clear();

        BuiltImage second = build(builder, tree.with("main.py", text(tree, "main.py") + "\n# changed\n"));

        assertThat(lines)
                .contains("python packages: unchanged, taken from the cache")
                .hasSize(3);
        assertThat(second.layers()).extracting(BuiltImage.Layer::reused).containsExactly(true, false);
        ReleaseImage image = builder.open(first.digest());
        assertThat(image.mounts().get(1).folder().resolve("bin/uvicorn"))
                .content()
                .startsWith("#!/usr/bin/env python3\n");
        assertThat(run(image, "python3", "-c", "import main, sqlalchemy; print('title', main.app.title)"))
                .contains("title Users");
        assertThat(run(image, "uvicorn", "--version")).anyMatch(line -> line.startsWith("Running uvicorn"));
        assertThat(packages(builder, second))
                .contains("fastapi", "pydantic-core", "sqlalchemy", "starlette", "uvicorn");
        assertThat(builder.sbom(second.digest())).isEqualTo(builder.sbom(first.digest()));
        assertThat(build(builder("elsewhere"), tree).digest()).isEqualTo(first.digest());
    }

    @Test
    void uvInstallsThePackagesWhereTheHostHasIt() throws Exception {
        Path uv = Path.of(System.getProperty("uv.folder", "/usr/local/bin"));
        assumeThat(uv.resolve("uv")).as("uv is installed").exists();
        environment.merge("PATH", uv + ":", (path, first) -> first + path);
        InMemorySourceTree tree = InMemorySourceTree.of(
                "main.py",
                "import h11; print('h11', h11.__version__)",
                "requirements.txt",
                "h11==0.16.0\nuvicorn==0.54.0\n");
        JibImageBuilder builder = builder("here");

        ReleaseImage image = builder.open(build(builder, tree).digest());

        assertThat(run(image, "python3", "main.py")).contains("h11 0.16.0");
        assertThat(run(image, "uvicorn", "--version")).anyMatch(line -> line.startsWith("Running uvicorn"));
    }

    @Test
    void aPackageThatDoesNotExistIsNamed() {
        InMemorySourceTree tree = InMemorySourceTree.of(
                "main.py", "print(1)", "requirements.txt", "backendim-no-such-package-at-all==1.0\n");

        ProblemException failed = catchThrowableOfType(ProblemException.class, () -> build(builder("here"), tree));

        Problem.StageFailed problem = (Problem.StageFailed) failed.problem();
        assertThat(problem.slug()).isEqualTo("build-failed");
        assertThat(problem.detail()).contains("could not install the packages");
        assertThat(problem.fix()).isEqualTo("Check the name and the version of backendim-no-such-package-at-all==1.0.");
    }
}
