package im.backend.cli.folder;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EjectCommandTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("backend.yml"), "name: my-api\nentrypoint: python3 main.py\n");
        Files.writeString(folder.resolve("main.py"), "print()\n");
        Files.writeString(folder.resolve("requirements.txt"), "requests\n");
        Files.writeString(folder.resolve(".gitignore"), "# ours\n.env\n/dist/\n");
    }

    @Test
    void itSaysWhatItWroteAndWhatComesNext() throws IOException {
        CommandRun run = run("eject");

        assertThat(run.exit()).isZero();
        assertThat(run.out()).isEqualTo("Wrote .dockerignore\nWrote Dockerfile\nWrote kubernetes.yaml\n");
        assertThat(run.err()).contains("Detected: found requirements.txt", "docker build", "kubectl apply");
        assertThat(folder.resolve("Dockerfile")).content().contains("ARG BASE=docker.io/library/python:3.12-slim");
        assertThat(folder.resolve(".dockerignore")).content().contains("**/node_modules", "**/.env", "\ndist\n");
        assertThat(folder.resolve("kubernetes.yaml")).content().contains("namespace: my-api");
    }

    @Test
    void theBasesAreThoseOfTheConfiguration() throws IOException {
        CommandRun.of(folder, Map.of("BACKENDIM_BUILD_BASES", "python=registry.example.com/py:{version}"), "", "eject");

        assertThat(folder.resolve("Dockerfile")).content().contains("ARG BASE=registry.example.com/py:3.12");
    }

    @Test
    void nothingIsWrittenOverWithoutForce() throws IOException {
        Files.writeString(folder.resolve("Dockerfile"), "mine");

        CommandRun refused = run("eject");
        CommandRun forced = run("eject", "--force", "--json");

        assertThat(refused.exit()).isNotZero();
        assertThat(refused.err()).contains("There is a Dockerfile already", "--force");
        assertThat(forced.exit()).isZero();
        assertThat(forced.out())
                .contains("\"files\":[\".dockerignore\",\"Dockerfile\",\"kubernetes.yaml\"]", "\"detected\":\"found ");
        assertThat(folder.resolve("Dockerfile")).content().doesNotContain("mine");
    }

    @Test
    void afterEjectingTheLanguageStillWinsWithANoteAboutTheDockerfile() {
        run("eject");

        assertThat(run("eject", "--force").err())
                .contains("Dockerfile is not used (build.dockerfile: Dockerfile would use it)");
    }

    private CommandRun run(String... words) {
        return CommandRun.of(
                folder, Map.of("XDG_CONFIG_HOME", folder.resolve("config").toString()), "", words);
    }
}
