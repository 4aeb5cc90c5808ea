package im.backend.eject;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import im.backend.build.RuntimeTable;
import im.backend.build.detect.Detection;
import im.backend.domain.AppManifest;
import im.backend.domain.Command;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.ProjectName;
import im.backend.manifest.Manifests;
import im.backend.yaml.YamlReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EjectionTest {
    private static final RuntimeTable BASES = new RuntimeTable(Map.of(
            "python", "docker.io/library/python:{version}-slim",
            "node", "docker.io/library/node:{version}-slim",
            "go", "gcr.io/distroless/static-debian12:latest",
            "java", "docker.io/library/eclipse-temurin:{version}-jre",
            "static", "docker.io/library/eclipse-temurin:25-jre"));

    @Test
    void pythonInstallsItsPackagesApartFromTheApp() {
        SortedMap<String, String> files = eject(
                InMemorySourceTree.of("main.py", "", "requirements.txt", "flask\n"),
                "runtime: python:3.11\n"
                        + "entrypoint: flask --app main run --host $HOST --port ${PORT}\n"
                        + "volumes: [/data]\n");

        assertThat(files).containsOnlyKeys("Dockerfile", ".dockerignore", "kubernetes.yaml");
        assertThat(files.get("Dockerfile"))
                .contains("ARG BASE=docker.io/library/python:3.11-slim\n")
                .containsSubsequence(
                        "FROM ${BASE} AS packages",
                        "COPY requirements.txt ./",
                        "RUN [\"python3\", \"-m\", \"pip\"",
                        "FROM ${BASE}",
                        "COPY --from=packages /app/.deps /app/.deps",
                        "COPY . .",
                        "DATA_DIR=\"/data\"",
                        "PATH=\"/app/.deps/bin:$PATH\"",
                        "RUN [\"chown\", \"1000:1000\", \"/data\"]",
                        "USER 1000:1000",
                        "CMD [\"/bin/sh\", \"-c\", \"exec flask --app main run --host \\\"$HOST\\\" --port"
                                + " \\\"${PORT}\\\"\"]");
    }

    @Test
    void aLockFilesVersionsAreWrittenBesideIt() {
        SortedMap<String, String> files = eject(
                InMemorySourceTree.of(
                        "main.py",
                        "",
                        "pyproject.toml",
                        "[project]\nname = \"x\"\ndependencies = [\"flask\"]\n",
                        "uv.lock",
                        "[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\n"),
                "entrypoint: python3 main.py\n");

        assertThat(files.get("constraints.txt")).isEqualTo("flask==3.0.0\n");
        assertThat(files.get("Dockerfile")).contains("COPY constraints.txt ./", "\"-c\", \"constraints.txt\"");
    }

    @ParameterizedTest
    @CsvSource({
        "fastapi-users, python:3.12-slim, '\"-r\", \"requirements.txt\"'",
        "node-express, node:22-slim, 'RUN [\"npm\", \"ci\", \"--omit=dev\"]'",
        "go-http, distroless, 'RUN [\"go\", \"build\"'",
        "static-site, temurin, 'exec jwebserver -b'",
    })
    void everyExampleHasARecipe(String example, String base, String step) {
        String dockerfile = eject(
                        InMemorySourceTree.ofFolder(Path.of("examples", example))
                                .without("backend.yml"),
                        "")
                .get("Dockerfile");

        assertThat(dockerfile).contains(base, step, "USER 1000:1000", "EXPOSE 8080", "CMD [");
    }

    @Test
    void anImageWithoutAShellGetsItsFoldersFromTheStageBefore() {
        String dockerfile = eject(
                        InMemorySourceTree.of("go.mod", "module x\n", "main.go", "package main\n"),
                        "volumes: [{name: a, path: /data}]\n")
                .get("Dockerfile");

        assertThat(dockerfile)
                .containsSubsequence(
                        "RUN [\"mkdir\", \"-p\", \"/volumes/data\"]",
                        "FROM ${BASE}\n",
                        "COPY --from=build --chown=1000:1000 /volumes /",
                        "CMD [\"./.build/app\"]");
    }

    @Test
    void anAppWithADockerfileOfItsOwnKeepsIt() {
        SortedMap<String, String> files =
                eject(InMemorySourceTree.of("Dockerfile", "FROM scratch"), "processes: {worker: work --fast}\n");

        assertThat(files).containsOnlyKeys("kubernetes.yaml");
        assertThat(files.get("kubernetes.yaml")).contains("kind: Ingress", "name: shop-worker", "- \"--fast\"");
    }

    @Test
    void javaStartsTheJarThatItsBuildMade() {
        String dockerfile = eject(InMemorySourceTree.of("pom.xml", "<project/>", "mvnw", ""), "")
                .get("Dockerfile");

        assertThat(dockerfile)
                .contains(
                        "ARG BUILDER=docker.io/library/eclipse-temurin:25\n",
                        "RUN [\"sh\", \"mvnw\"",
                        "\\\"$(cat .build/main)\\\"")
                .doesNotContain("$$", "PYTHON");
    }

    @Test
    void aVolumeForOneWriterIsNotScaled() {
        String yaml = eject(
                        InMemorySourceTree.of("go.mod", "module x\n", "main.go", "package main\n"),
                        "scaling: {max: 3}\nvolumes: [/data]\n")
                .get("kubernetes.yaml");

        assertThat(yaml).contains("type: Recreate").doesNotContain("HorizontalPodAutoscaler");
    }

    @Test
    void ignoredFilesAreIgnoredAtAnyDepth() {
        String ignore = IgnoreFile.text(List.of(".git", "/dist", "*.log", "!keep.log", "docs/build/"), List.of(".*"));

        assertThat(ignore.lines())
                .contains("Dockerfile", "**/.git", "dist", "**/*.log", "!**/keep.log", "docs/build", "**/.*");
    }

    @Test
    void commandsAreSpelledForAShellAndForKubernetes() {
        Command command = Command.parse("serve --name 'a $HOME' --port \"$PORT\" --path ${DATA_DIR}/x '`'");

        assertThat(Words.exec(command))
                .isEqualTo("[\"/bin/sh\", \"-c\", \"exec serve --name \\\"a \\\\$HOME\\\" --port \\\"$PORT\\\""
                        + " --path \\\"${DATA_DIR}/x\\\" \\\"\\\\`\\\"\"]");
        assertThat(command.inContainer(name -> true))
                .containsExactly("serve", "--name", "a $$HOME", "--port", "$(PORT)", "--path", "$(DATA_DIR)/x", "`");
        assertThat(Words.exec(Command.parse("./app --x"))).isEqualTo("[\"./app\", \"--x\"]");
    }

    @Test
    void theManifestsGiveWhatThePlatformGives() {
        String yaml = everything().get("kubernetes.yaml");

        assertThat(yaml)
                .contains(
                        "kind: Namespace",
                        "kind: Secret",
                        "kind: PersistentVolumeClaim",
                        "kind: Job",
                        "kind: CronJob",
                        "name: shop-cron-clean",
                        "schedule: \"30 3 * * 0\"",
                        "kind: Service",
                        "kind: Ingress",
                        "kind: HorizontalPodAutoscaler",
                        "runAsNonRoot: true",
                        "readOnlyRootFilesystem: true",
                        "automountServiceAccountToken: false",
                        "type: RuntimeDefault",
                        "allowPrivilegeEscalation: false",
                        "type: RollingUpdate",
                        "- ReadWriteMany",
                        "memory: \"256Mi\"",
                        "cpu: \"250m\"",
                        "path: /ready",
                        "CHANGE-ME",
                        "value: \"$$(not filled in)\"");
        for (String document : yaml.split("(?m)^---$")) {
            if (document.contains("kind:")) {
                YamlReader.read(document.getBytes(UTF_8), 1 << 20);
            }
        }
    }

    /** Every key that has a part in the manifests. */
    static SortedMap<String, String> everything() {
        return eject(InMemorySourceTree.of("go.mod", "module x\n", "main.go", "package main\n"), """
            env: {MODE: fast, ODD: "$(not filled in)", YES: "yes", KEY: secret:api_key}
            resources: {memory: 256Mi, cpu: 0.25}
            scaling: {min: 1, max: 3}
            healthcheck: /ready
            release: ./.build/app migrate --to $MODE
            processes: {worker: ./.build/app work}
            cron: [{schedule: "30 3 * * SUN", command: ./.build/app clean, name: clean}]
            volumes: [{name: data, path: /data, size: 2Gi, shared: true}]
            """);
    }

    private static SortedMap<String, String> eject(InMemorySourceTree tree, String manifest) {
        AppManifest read = Manifests.parse(manifest);
        return new Ejection(
                        new ProjectName("shop"),
                        new Detection().plan(tree, read),
                        read,
                        BASES,
                        List.of(".git", "/dist"))
                .files();
    }
}
