package im.backend.manifest;

import static im.backend.manifest.Manifests.parse;
import static im.backend.manifest.Manifests.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import im.backend.domain.AppManifest;
import im.backend.domain.AppManifest.HealthCheck;
import im.backend.domain.AppManifest.Resources;
import im.backend.domain.AppManifest.Scaling;
import im.backend.domain.AppManifest.Strategy;
import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.Command;
import im.backend.domain.EnvName;
import im.backend.domain.EnvValue;
import im.backend.domain.ProjectName;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.SecretName;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.problem.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestReaderTest {
    @Test
    void theExampleOfTheSeedIsRead() {
        AppManifest manifest = parse("""
            name: my-app
            runtime: node:20           # or python:3.12, go:1.21, etc.
            entrypoint: npm start
            env:
              - DATABASE_URL=secret:db_url
              - API_KEY=secret:api_key
            resources:
              memory: 512Mi
              cpu: 0.5
            scaling:
              min: 1
              max: 5
            """);

        assertThat(manifest.name()).contains(new ProjectName("my-app"));
        assertThat(manifest.runtime()).contains(new RuntimeSpec(RuntimeSpec.Language.NODE, "20"));
        assertThat(manifest.entrypoint()).contains(Command.parse("npm start"));
        assertThat(manifest.env())
                .isEqualTo(Map.of(
                        new EnvName("DATABASE_URL"), new EnvValue.Secret(new SecretName("db_url")),
                        new EnvName("API_KEY"), new EnvValue.Secret(new SecretName("api_key"))));
        assertThat(manifest.resources()).isEqualTo(new Resources(512L << 20, 500));
        assertThat(manifest.scaling()).isEqualTo(new Scaling(1, 5));
    }

    @Test
    void everyFurtherKeyIsRead() {
        AppManifest manifest = parse("""
            x-note: &shared whatever
            port: 9000
            healthcheck: {path: /ready, interval: 500ms, timeout: 2s, grace: 1m, deadline: 90s}
            release: python manage.py migrate
            processes:
              worker: celery -A app worker
              beat: [celery, -A, app, beat]
            volumes:
              - {name: uploads, path: /srv/uploads, size: 5Gi, shared: true}
            build:
              command: npm run build
              ignore: ["*.psd"]
              dockerfile: ./deploy/Dockerfile
              args: {VERSION: 1.10, EMPTY: ""}
            test: pytest -q
            deploy: {strategy: recreate, drain: 5s}
            secrets: {session_key: generate}
            """);

        assertThat(manifest.port()).contains(9000);
        assertThat(manifest.healthcheck())
                .isEqualTo(new HealthCheck(
                        Optional.of("/ready"),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(2),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(90)));
        assertThat(manifest.release()).contains(Command.parse("python manage.py migrate"));
        assertThat(manifest.processes())
                .containsEntry("worker", Command.parse("celery -A app worker"))
                .containsEntry("beat", Command.ofWords(List.of("celery", "-A", "app", "beat")));
        assertThat(manifest.volumes()).containsExactly(new VolumeClaim("uploads", "/srv/uploads", 5L << 30, true));
        assertThat(manifest.build())
                .isEqualTo(new AppManifest.Build(
                        Optional.of(Command.parse("npm run build")),
                        List.of("*.psd"),
                        Optional.of("deploy/Dockerfile"),
                        new TreeMap<>(Map.of("VERSION", "1.10", "EMPTY", ""))));
        assertThat(manifest.test()).contains(Command.parse("pytest -q"));
        assertThat(manifest.deploy().strategy()).contains(Strategy.RECREATE);
        assertThat(manifest.deploy().drain()).isEqualTo(Duration.ofSeconds(5));
        assertThat(manifest.generatedSecrets()).containsExactly(new SecretName("session_key"));
    }

    @Test
    void shortSpellingsMeanTheSame() {
        AppManifest manifest = parse("""
            healthcheck: /up
            volumes: [/data]
            build: npm run build
            env: {DEBUG: true, VERSION: 1.10, EMPTY:, KEY: secret:key}
            processes: {web: node server.js}
            """);

        assertThat(manifest.healthcheck().path()).contains("/up");
        assertThat(manifest.volumes()).containsExactly(new VolumeClaim("data", "/data", 1L << 30, false));
        assertThat(manifest.build().command()).contains(Command.parse("npm run build"));
        assertThat(manifest.entrypoint()).contains(Command.parse("node server.js"));
        assertThat(manifest.processes()).isEmpty();
        assertThat(manifest.env())
                .containsEntry(new EnvName("DEBUG"), new EnvValue.Literal("true"))
                .containsEntry(new EnvName("VERSION"), new EnvValue.Literal("1.10"))
                .containsEntry(new EnvName("EMPTY"), new EnvValue.Literal(""))
                .containsEntry(new EnvName("KEY"), new EnvValue.Secret(new SecretName("key")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "# only a comment\n", "---\n", "{}", "\uFEFF"})
    void anEmptyFileMeansTheDefaults(String text) {
        assertThat(parse(text)).isEqualTo(AppManifest.defaults());
    }

    @Test
    void aConfigAsJsonIsReadAlikeEvenWhenIndentedWithTabs() {
        AppManifest manifest =
                parse("{\n\t\"name\": \"my-app\",\n\t\"env\": {\"A\": \"x\\/y\\u0041\"},\n\t\"port\": 80\n}");

        assertThat(manifest.name()).contains(new ProjectName("my-app"));
        assertThat(manifest.env()).containsEntry(new EnvName("A"), new EnvValue.Literal("x/yA"));
        assertThat(manifest.port()).contains(80);
    }

    @Test
    void allFaultsAreToldAtOnceWithTheirPlaces() {
        Problem.Invalid problem = refused("""
            nmae: my-app
            runtime: cobol
            resources:
              memroy: 512Mi
              cpu: lots
            env:
              - PORT=80
            """);

        assertThat(problem.slug()).isEqualTo("config-invalid");
        assertThat(problem.detail()).startsWith("backend.yml has 5 faults; the first is at 1:1: ");
        assertThat(problem.violations())
                .containsExactlyInAnyOrder(
                        new Violation("1:1", "unknown key \"nmae\" (did you mean name?)"),
                        new Violation(
                                "2:10",
                                "runtime: \"cobol\" (expected: python, node, go, java, static or dockerfile, with a"
                                        + " version as in python:3.12)"),
                        new Violation("4:3", "resources: unknown key \"memroy\" (did you mean memory?)"),
                        new Violation(
                                "5:8", "resources.cpu: \"lots\" (expected: 0.01 to 128 cores, as in 0.5 or 500m)"),
                        new Violation(
                                "7:5",
                                "env \"PORT\": \"PORT\" (the platform sets this one itself; read it in the app)"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: My_App | config-invalid | 1:7 | name: \"My_App\"",
                "name: '' | config-invalid | 1:7 | name: \"\"",
                "name: -a | config-invalid | 1:7 | name: \"-a\"",
                "name: 🚀 | config-invalid | 1:7 | name: \"🚀\"",
                "name: | config-invalid | 1:1 | name has no value",
                "name: [a] | config-invalid | 1:7 | name: a list (expected: a single value)",
                "resources: {memory: 512} | config-invalid | 1:21 | expected: 16Mi to 256Gi, as in 512Mi",
                "resources: {memory: 1Ti} | config-invalid | 1:21 | expected: 16Mi to 256Gi",
                "resources: {memory: 999999999999999Gi} | config-invalid | 1:21 | expected: 16Mi to 256Gi",
                "resources: {cpu: -1} | config-invalid | 1:18 | expected: 0.01 to 128 cores",
                "resources: 512Mi | config-invalid | 1:12 | expected: a mapping",
                "scaling: {min: 3, max: 2} | config-invalid | 1:16 | expected: <= scaling.max, which is 2",
                "scaling: {min: 0} | config-invalid | 1:16 | expected: 1 to 100",
                "port: 70000 | config-invalid | 1:7 | expected: 1 to 65535",
                "healthcheck: healthz | config-invalid | 1:14 | expected: a path that begins with /",
                "healthcheck: {timeout: 5} | config-invalid | 1:24 | expected: 100ms to 60s, as in 30s",
                "entrypoint: npm i && npm start | config-invalid | 1:13 | runs? without a shell",
                "entrypoint: [] | config-invalid | 1:13 | expected: a program",
                "processes: {Web: a} | config-invalid | 1:13 | as in worker",
                "processes: {release: a} | config-invalid | 1:13 | release: at the top",
                "build: {dockerfile: ../Dockerfile} | config-invalid | 1:21 | expected: a path seen from the root of"
                        + " the source",
                "build: {dockerfile: /etc/passwd} | config-invalid | 1:21 | expected: a path seen from the root",
                "build: {dockerfile: [a]} | config-invalid | 1:21 | a list (expected: a single value)",
                "build: {args: {A-B: 1}} | config-invalid | 1:16 | expected: letters, digits and underscores",
                "build: {args: {A: [1]}} | config-invalid | 1:19 | a list (expected: a single value)",
                "build: {args: [A=1]} | config-invalid | 1:15 | expected: a mapping",
                "deploy: {strategy: rolling} | config-invalid | 1:20 | expected: blue-green or recreate",
                "secrets: {key: hunter2} | config-invalid | 1:16 | a value never stands in this file",
                "env: [1A=x] | env-invalid | 1:7 | \"1A\"",
                "env: [LD_PRELOAD=x] | env-invalid | 1:7 | reserved",
                "env: [BACKENDIM_X=x] | env-invalid | 1:7 | reserved",
                "env: [NOVALUE] | env-invalid | 1:7 | expected: NAME=value",
                "env: [A=1, A=2] | env-invalid | 1:12 | A is there twice",
                "env: {A: \"x\\0y\"} | env-invalid | 1:7 | NUL",
                "env: [{A: b}] | env-invalid | 1:7 | a mapping (expected: NAME=value",
                "env: [A=secret:a b] | config-invalid | 1:7 | letters, digits and underscores",
                "volumes: [/etc/x] | volume-invalid | 1:11 | belongs to the system",
                "volumes: [/app] | volume-invalid | 1:11 | belongs to the system or the app",
                "volumes: [../x] | volume-invalid | 1:11 | expected: an absolute path",
                "volumes: [/data/../etc] | volume-invalid | 1:11 | expected: an absolute path",
                "volumes: [{name: a, path: /d}, {name: b, path: /d}] | volume-invalid | 1:32 | overlaps /d",
                "volumes: [{name: a, path: /d}, {name: b, path: /d/e}] | volume-invalid | 1:32 | overlaps /d",
                "volumes: [{name: a, path: /d}, {name: a, path: /e}] | volume-invalid | 1:32 | two volumes are named a",
                "volumes: [{name: a, pth: /d}] | config-invalid | 1:21 | did you mean path?",
                "- a | config-invalid | 1:1 | the file holds a list",
                "!!java.net.URL [\"http://x\"] | config-tag | 1:1 | the tag",
                "name: !x y | config-tag | 1:7 | the tag !x",
                "'''a: b: c''' | config-invalid | 1:1 | a single value",
                "a: b: c | config-syntax | 1:5 | quotes around text with a colon",
                "name: [a | config-syntax | 2:1 | expected: YAML",
                "name: *nothing | config-syntax | 1:7 | has no anchor",
                "{a: 1, a: 2} | config-syntax | 1:8 | the key a is there twice",
                "? [a] : b | config-syntax | 1:3 | a key is a list",
            })
    void aBadValueIsNamedWithItsPlaceAndWhatIsExpected(String text, String slug, String place, String message) {
        Problem.Invalid problem = refused(text + "\n");

        assertThat(problem.slug()).isEqualTo(slug);
        assertThat(problem.violations()).anySatisfy(violation -> {
            assertThat(violation.pointer()).isEqualTo(place);
            assertThat(violation.message().replace("run without", "runs? without"))
                    .contains(message);
        });
    }

    @Test
    void aTabIsNamedAsATab() {
        Problem.Invalid problem = refused("resources:\n\tmemory: 1Gi\n");

        assertThat(problem.slug()).isEqualTo("config-syntax");
        assertThat(problem.detail()).isEqualTo("backend.yml 2:1: a tab (expected: spaces for indentation)");
    }

    @Test
    void textThatIsNotTextIsRefused() {
        assertThat(refused("name: a\u0007b\n").detail()).startsWith("backend.yml 1:8: the character U+0007");
        assertThat(refused(new byte[] {'a', (byte) 0xff}).detail()).contains("not UTF-8");
        assertThat(refused("a: 1\n---\nb: 2\n").detail()).contains("2:1: a second document");
    }

    @Test
    void anAliasBombIsRefusedBeforeItGrows() {
        StringBuilder bomb = new StringBuilder("x-a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
        for (int i = 1; i < 9; i++) {
            String alias = "*a" + (i - 1);
            bomb.append("x-a%d: &a%d [%s, %s, %s, %s, %s]\n".formatted(i, i, alias, alias, alias, alias, alias));
        }

        assertThat(refused(bomb.toString()).slug()).isEqualTo("config-too-complex");
    }

    @Test
    void theFiftyFirstAliasIsTooMany() {
        String fifty = "x-a: &a 1\nx-b: [" + "*a, ".repeat(50) + "]\n";

        assertThat(parse(fifty)).isEqualTo(AppManifest.defaults());
        assertThat(refused(fifty.replace("[*a", "[*a, *a")).slug()).isEqualTo("config-too-complex");
    }

    @Test
    void depthAndSizeAreLimited() {
        assertThat(refused("x-a: " + "[".repeat(30) + "]".repeat(30)).slug()).isEqualTo("config-too-complex");
        assertThat(refused("x-a: " + "[".repeat(20_000)).slug()).isIn("config-too-complex", "config-syntax");
        assertThat(refused("# " + "x".repeat(64 * 1024)).slug()).isEqualTo("config-too-complex");
    }

    @Test
    void theTwoHundredAndFirstEnvNameIsTooMany() {
        String names =
                IntStream.range(0, 201).mapToObj(i -> "  - A" + i + "=1\n").collect(Collectors.joining());

        assertThat(refused("env:\n" + names).slug()).isEqualTo("env-invalid");
        assertThat(parse("env:\n" + names.substring(0, names.lastIndexOf("  -")))
                        .env())
                .hasSize(200);
    }

    @Test
    void aBackendYmlWinsOverAProcfileWhichWinsOverAnAppJson(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("app.json"), """
            {"name": "Some App!", "env": {"A": "json", "B": {"value": "json"}, "KEY": {"generator": "secret"},
             "MUST": {"description": "d"}, "MAY": {"required": false}},
             "formation": {"web": {"quantity": 3}},
             "healthchecks": {"web": [{"type": "startup", "path": "/hc", "timeout": 7}]}, "addons": ["x"]}
            """);
        Files.writeString(
                folder.resolve("Procfile"),
                "# comment\nweb: gunicorn app:app --bind 0.0.0.0:$PORT\nworker: python w.py\nrelease: python m.py\n");
        Files.writeString(folder.resolve("backend.yml"), "name: mine\nentrypoint: python main.py\nenv: [A=yml]\n");

        AppManifest manifest = ManifestReader.read(folder);

        assertThat(manifest.name()).contains(new ProjectName("mine"));
        assertThat(manifest.entrypoint()).contains(Command.parse("python main.py"));
        assertThat(manifest.release()).contains(Command.parse("python m.py"));
        assertThat(manifest.processes()).containsExactly(Map.entry("worker", Command.parse("python w.py")));
        assertThat(manifest.scaling()).isEqualTo(new Scaling(3, 3));
        assertThat(manifest.healthcheck().path()).contains("/hc");
        assertThat(manifest.healthcheck().timeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(manifest.generatedSecrets()).containsExactly(new SecretName("KEY"));
        assertThat(manifest.env())
                .containsOnly(
                        Map.entry(new EnvName("A"), new EnvValue.Literal("yml")),
                        Map.entry(new EnvName("B"), new EnvValue.Literal("json")),
                        Map.entry(new EnvName("KEY"), new EnvValue.Secret(new SecretName("KEY"))),
                        Map.entry(new EnvName("MUST"), new EnvValue.Secret(new SecretName("MUST"))));
    }

    @Test
    void faultsOfTheOtherFilesNameThoseFiles(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("Procfile"), "web node server.js\nweb: a && b\n");

        ProblemException refused = catchThrowableOfType(ProblemException.class, () -> ManifestReader.read(folder));

        assertThat(refused.problem().detail()).startsWith("Procfile has 2 faults; the first is at 1:1: ");
    }

    @Test
    void twoSpellingsOfTheFileNameAreRefused(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("backend.yml"), "name: a\n");
        Files.writeString(folder.resolve("backend.yaml"), "name: b\n");

        ProblemException refused = catchThrowableOfType(ProblemException.class, () -> ManifestReader.read(folder));

        assertThat(refused.problem().detail()).contains("delete the other");
    }
}
