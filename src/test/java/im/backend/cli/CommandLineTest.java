package im.backend.cli;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.client.LocalServer;
import im.backend.client.UserFolders;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
    private static final String ID = "0b6f1f0e-7a54-4c3e-9f57-0d2a3c4b5e6f";
    private static final String BUSY = "{\"code\":\"busy\",\"detail\":\"Later.\"}";
    private static final String ACCEPTED = "{\"deploymentId\":\"" + ID + "\",\"deployment_id\":\"" + ID
            + "\",\"projectId\":\"admin-my-api\",\"commitHash\":\"a1b2c3d4e5f6\",\"status\":\"queued\"}";

    @TempDir
    private Path folder;

    @TempDir
    private Path config;

    private ContractStub stub;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void start() throws IOException {
        stub = new ContractStub();
        environment.put("BACKENDIM_URL", stub.uri().toString());
        environment.put("BACKENDIM_TOKEN", "bim_key");
        environment.put("XDG_CONFIG_HOME", config.toString());
        environment.put("XDG_DATA_HOME", config.resolve("share").toString());
        Files.writeString(folder.resolve("backend.yml"), "name: my-api\n");
        Files.writeString(folder.resolve("main.py"), "print()\n");
    }

    @AfterEach
    void stop() {
        stub.close();
    }

    @Test
    void deployUploadsTheFolderAndEndsWithTheUrl() throws IOException {
        stub.reply("POST /v1/deployments", 202, ACCEPTED);
        events(
                event(1, "queued", "22:00:00Z", ""),
                event(2, "committing", "22:00:00.1Z", ""),
                event(3, "building", "22:00:00.3Z", ""),
                event(4, "complete", "22:00:12.3Z", ",\"url\":\"http://my-api.localhost:8000\",\"version\":\"v3\""));

        CommandRun run = run("deploy", "-m", "first", "--timeout", "20s");

        assertThat(run.err())
                .contains("  - queued                 0.1s\n")
                .contains("  - building              12.0s\n");
        assertThat(run.out()).matches("Deployed v3 \\(a1b2c3d4e5f6\\) to http://my-api.localhost:8000 in [0-9.]+s\n");
        assertThat(run.exit()).isZero();
        String body = new String(sent("POST /v1/deployments").body(), StandardCharsets.ISO_8859_1);
        assertThat(body)
                .contains("name=\"project\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nmy-api\r\n")
                .contains("name=\"message\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nfirst\r\n");
        assertThat(filesIn(body)).containsExactly("backend.yml", "main.py");
    }

    @Test
    void deployAsJsonIsAnEventALineAndTheResultAtTheEnd() throws IOException {
        stub.reply("POST /v1/deployments", 202, ACCEPTED);
        events(
                event(1, "queued", "22:00:00Z", ""),
                event(2, "complete", "22:00:01Z", ",\"url\":\"http://u\",\"version\":\"v1\""));

        CommandRun run = run("--json", "deploy");

        List<String> lines = run.out().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).contains("\"seq\":1");
        assertThat(lines.get(2))
                .startsWith("{\"deploymentId\":\"" + ID
                        + "\",\"projectId\":\"admin-my-api\",\"commitHash\":\"a1b2c3d4e5f6\","
                        + "\"status\":\"complete\",\"millis\":")
                .endsWith("\"version\":\"v1\",\"url\":\"http://u\"}");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void quietDeployPrintsOnlyTheUrl() throws IOException {
        stub.reply("POST /v1/deployments", 202, ACCEPTED);
        events(event(1, "complete", "22:00:01Z", ",\"url\":\"http://u\",\"version\":\"v1\""));

        assertThat(run("deploy", "-q")).isEqualTo(new CommandRun(0, "http://u\n", ""));
    }

    @Test
    void watchShowsWhatTheBuildWrites() throws IOException {
        stub.reply("POST /v1/deployments", 202, ACCEPTED);
        events(
                event(1, "building", "22:00:00Z", ""),
                event(2, "building", "22:00:00Z", ",\"logs\":[\"Collecting fastapi\"]"),
                event(3, "complete", "22:00:01Z", ",\"url\":\"http://u\""));

        assertThat(run("deploy", "--watch").err()).contains("  │ Collecting fastapi\n");
    }

    @ParameterizedTest
    @CsvSource({
        "build-failed, building, 6",
        "test-failed, building, 6",
        "timeout, building, 6",
        "health-check-failed, health_check, 7",
        "app-exited, deploying, 7",
        "wrong-port, health_check, 7",
        "out-of-memory, health_check, 7",
        "timeout, health_check, 7",
        "release-failed, deploying, 1",
        "cancelled, building, 1",
        "superseded, queued, 9",
        "secret-missing, deploying, 2",
    })
    void aFailedDeploymentTellsCauseEvidenceAndFix(String code, String stage, int exit) throws IOException {
        stub.reply("POST /v1/deployments", 202, ACCEPTED);
        stub.reply(
                "GET /v1/projects/admin-my-api",
                200,
                "{\"id\":\"admin-my-api\",\"release\":\"v2\",\"url\":\"http://u\"}");
        events(
                event(1, stage, "22:00:00Z", ""),
                event(
                        2,
                        "failed",
                        "22:00:01Z",
                        ",\"error\":{\"code\":\"" + code
                                + "\",\"detail\":\"It broke.\",\"fix\":\"Mend it.\",\"stage\":\"" + stage
                                + "\",\"evidence\":[\"Traceback\",\"ModuleNotFoundError\"]}"));

        CommandRun run = run("deploy");

        assertThat(run.exit()).isEqualTo(exit);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .endsWith("error: It broke.\n  │ Traceback\n  │ ModuleNotFoundError\nfix: Mend it.\n"
                        + "v2 still serves at http://u.\n");
        assertThat(run("deploy", "--json").out().lines().toList().getLast())
                .isEqualTo("{\"error\":{\"code\":\""
                        + code.toUpperCase(java.util.Locale.ROOT).replace('-', '_')
                        + "\",\"message\":\"It broke.\",\"hint\":\"Mend it.\",\"deploymentId\":\"" + ID
                        + "\",\"stage\":\""
                        + stage + "\",\"evidence\":[\"Traceback\",\"ModuleNotFoundError\"]}}");
    }

    @Test
    void aTimeoutLeavesTheDeploymentRunningAndNamesIt() throws IOException {
        stub.reply("POST /v1/deployments", 202, ACCEPTED);
        events(event(1, "building", "22:00:00Z", ""));

        CommandRun run = run("deploy", "--timeout", "1s");

        assertThat(run.exit()).isEqualTo(8);
        assertThat(run.err()).contains(ID + " goes on").contains("backendim deployment watch " + ID);
    }

    @Test
    void detachNamesTheDeploymentAndLeaves() {
        stub.reply("POST /v1/deployments", 202, ACCEPTED);

        CommandRun run = run("deploy", "--no-wait");

        assertThat(run.exit()).isZero();
        assertThat(run.out()).isEqualTo("Queued deployment " + ID + " of admin-my-api (a1b2c3d4e5f6).\n");
        assertThat(stub.requests("GET /v1/deployments/" + ID + "/events")).isEmpty();
    }

    @Test
    void aLostAnswerIsAskedForAgainUnderTheSameKey() throws IOException {
        stub.reply("POST /v1/deployments", ContractStub.CUT).reply("POST /v1/deployments", 202, ACCEPTED);

        assertThat(run("deploy", "--detach").exit()).isZero();
        assertThat(stub.requests("POST /v1/deployments"))
                .extracting(request -> request.headers().get("idempotency-key"))
                .hasSize(2)
                .allMatch(key -> key.equals(stub.requests("POST /v1/deployments")
                        .getFirst()
                        .headers()
                        .get("idempotency-key")));
    }

    @Test
    void aFaultInBackendYmlIsToldBeforeAnythingIsSent() throws IOException {
        Files.writeString(folder.resolve("backend.yml"), "nmae: x\nruntime: cobol\n");

        CommandRun run = run("deploy");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err())
                .startsWith(
                        "error: backend.yml has 2 faults:\n  1:1  unknown key \"nmae\" (did you mean name?)\n  2:10");
        assertThat(stub.requests("POST /v1/deployments")).isEmpty();
    }

    @Test
    void theTokenIsKeptForTheNextCommandAndRenewedWhenRefused() throws IOException {
        stub.reply("GET /v1/projects", 200, "{\"items\":[]}");
        run("project", "list");
        run("project", "list");
        assertThat(stub.requests("POST /api/auth/login")).hasSize(1);

        stub.reply("GET /v1/projects/my-api/env", 401, "{\"code\":\"token-invalid\",\"detail\":\"No.\"}")
                .reply("GET /v1/projects/my-api/env", 200, "{\"env\":{\"A\":\"b\"}}");

        assertThat(run("env").out()).isEqualTo("A=b\n");
        assertThat(stub.requests("POST /api/auth/login")).hasSize(2);
        assertThat(Files.getPosixFilePermissions(config.resolve("backendim/tokens.json"))
                        .toString())
                .doesNotContain("GROUP", "OTHERS");
    }

    @Test
    void withoutAKeyTheHintSaysHowToSignIn() {
        environment.remove("BACKENDIM_TOKEN");
        stub.reply("GET /healthz", 200, "{}");

        CommandRun run = run("status", "--json");

        assertThat(run.exit()).isEqualTo(3);
        assertThat(run.out())
                .startsWith("{\"error\":{\"code\":\"NOT_AUTHENTICATED\",\"message\":\"You are not signed in to ");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void loginKeepsTheKeyAndLogoutForgetsIt() throws IOException {
        environment.remove("BACKENDIM_TOKEN");

        assertThat(runWith("bim_secret\n", "login", "--stdin").out()).contains("as admin.");
        assertThat(run("whoami").out()).isEqualTo("admin on " + stub.uri() + "\n");
        assertThat(Files.getPosixFilePermissions(config.resolve("backendim/credentials.json"))
                        .toString())
                .doesNotContain("GROUP", "OTHERS");
        assertThat(run("logout").exit()).isZero();
        assertThat(run("whoami").exit()).isNotZero();
        assertThat(Files.readString(config.resolve("backendim/credentials.json")))
                .doesNotContain("bim_secret");
    }

    @Test
    void theOwnServersKeyIsFoundWithoutASignIn() throws IOException {
        environment.remove("BACKENDIM_TOKEN");
        environment.remove("BACKENDIM_URL");
        Path data = Files.createDirectories(config.resolve("data"));
        Files.writeString(data.resolve("admin.key"), "bim_admin\n");
        new LocalServer(UserFolders.of(environment)).announce(stub.uri(), data);

        assertThat(run("whoami").out()).isEqualTo("admin on " + stub.uri() + "\n");
        assertThat(stub.requests("POST /api/auth/login").getFirst().text()).isEqualTo("{\"key\":\"bim_admin\"}");
    }

    @Test
    void aServerThatIsNotThereHasItsOwnExitCode() {
        stub.close();

        CommandRun run = run("status");

        assertThat(run.exit()).isEqualTo(5);
        assertThat(run.err()).contains("nothing listens there").contains("hint: Start a server with: backendim serve");
    }

    @ParameterizedTest
    @CsvSource({"404, 4", "409, 9", "410, 4", "403, 3", "400, 2", "422, 2", "429, 9", "503, 9", "500, 1", "507, 9"})
    void eachKindOfRefusalHasItsExitCode(int status, int exit) {
        stub.reply("GET /v1/projects/my-api/state", status, "{\"code\":\"some-code\",\"detail\":\"Told.\"}");

        CommandRun run = run("ps");

        assertThat(run.exit()).isEqualTo(exit);
        assertThat(run.err()).startsWith("error: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stauts",
                "deploy --wtach",
                "secret foo",
                "env set NOVALUE",
                "scale many",
                "scale",
                "status --timeout soon",
                "deploy --dir /nowhere",
                "completion tcsh",
                "--wat",
                "logs -n x",
                "deploy extra",
                "serve --set server.prot=1",
                "serve --port 70000"
            })
    void aWrongCommandLineIsTwoAndSaysWhatIsMeant(String line) {
        CommandRun run = run(line.split(" "));

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("error: ")
                .containsAnyOf("(did you mean", "expected", "Missing", "Invalid", "Unmatched");
    }

    @Test
    void optionsMayStandAnywhereAndColonsWorkAsSpaces() {
        stub.reply("GET /v1/projects/other/secrets", 200, "{\"secrets\":[]}");

        assertThat(run("-p", "other", "secret:list", "--json"))
                .isEqualTo(run("secret", "list", "--json", "-a", "other"));
    }

    @Test
    void theOneFaultOfAnInputIsShownWithWhatWasExpected() {
        stub.reply(
                "GET /v1/projects/my-api/state",
                422,
                "{\"code\":\"validation\",\"detail\":\"The project name is not allowed.\",\"errors\":"
                        + "[{\"pointer\":\"/name\",\"message\":\"name: UP (expected: lower-case letters)\"}]}");

        CommandRun run = run("ps");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("The project name is not allowed.", "/name  name: UP (expected: lower-case");
    }

    @Test
    void aFaultThatTheSentenceHasAlreadyIsNotToldTwice() {
        stub.reply(
                "GET /v1/projects/my-api/state",
                422,
                "{\"code\":\"some-code\",\"detail\":\"Bad: x (expected: y).\",\"errors\":"
                        + "[{\"pointer\":\"/a\",\"message\":\"x (expected: y)\"}]}");

        assertThat(run("ps").err()).containsOnlyOnce("x (expected: y)");
    }

    @Test
    void aSecretThatNoEnvEntryNamesIsToldHowTheAppGetsIt() throws IOException {
        stub.reply("PATCH /v1/projects/p/secrets", 200, "{\"secrets\":[]}");
        stub.reply("GET /v1/projects/p/env", 200, "{\"env\":{\"KEY\":\"secret:api_key\"}}");
        Files.writeString(folder.resolve("backend.yml"), "name: p\nenv: [MAIL=secret:mail]\n");

        assertThat(run("secret", "set", "db_url=x", "--no-restart").err())
                .contains("backendim env set DB_URL=secret:db_url");
        assertThat(run("secret", "set", "api_key=x", "mail=y", "--no-restart").err())
                .doesNotContain("env set");
    }

    @Test
    void secretsComeFromStdinAndAreNeverPrinted() {
        environment.put("BACKENDIM_PROJECT", "p");
        stub.reply("PATCH /v1/projects/p/secrets", 200, "{\"secrets\":[]}");

        CommandRun run = runWith("hunter2\n", "secret", "set", "db_url", "--stdin", "--no-restart");

        assertThat(run.exit()).isZero();
        assertThat(run.out()).isEqualTo("Set db_url.\n");
        assertThat(run.err()).doesNotContain("hunter2");
        assertThat(sent("PATCH /v1/projects/p/secrets").text())
                .isEqualTo("{\"set\":{\"db_url\":\"hunter2\"},\"restart\":false}");
    }

    @Test
    void aDotEnvFileBecomesSecrets() throws IOException {
        stub.reply("PATCH /v1/projects/my-api/secrets", 200, "{\"secrets\":[]}");
        Files.writeString(folder.resolve(".env"), "# c\nexport A=1\nB=\"two words\"\n\nC='x=y'\n");

        assertThat(run("secret", "import").out()).isEqualTo("Set 3 secrets: A, B, C.\n");
        assertThat(sent("PATCH /v1/projects/my-api/secrets").text())
                .startsWith("{\"set\":{\"A\":\"1\",\"B\":\"two words\",\"C\":\"x=y\"}");
    }

    @Test
    void runGivesTheOutputAndTheExitCodeOfTheCommand() {
        stub.reply("POST /v1/projects/my-api/run", 200, "{\"line\":\"hello\"}\n{\"exitCode\":42}\n");

        CommandRun run = run("run", "--", "sh", "-c", "echo 'a b'; exit 42");

        assertThat(run).isEqualTo(new CommandRun(42, "hello\n", ""));
        assertThat(sent("POST /v1/projects/my-api/run").text())
                .isEqualTo("{\"command\":\"sh -c 'echo '\\\\''a b'\\\\''; exit 42'\"}");
    }

    @Test
    void nothingIsDeletedWithoutItsName() {
        stub.reply("GET /v1/projects/my-api", 200, "{\"id\":\"admin-my-api\",\"name\":\"my-api\"}");
        stub.reply("DELETE /v1/projects/my-api", 204, "");

        assertThat(run("destroy", "--yes").err()).contains("(expected: --confirm my-api)");
        assertThat(run("destroy", "--confirm", "other").exit()).isEqualTo(2);
        assertThat(stub.requests("DELETE /v1/projects/my-api")).isEmpty();
        assertThat(run("destroy", "--confirm=my-api").out()).isEqualTo("Deleted admin-my-api.\n");
        assertThat(sent("DELETE /v1/projects/my-api").path()).endsWith("?confirm=my-api");
    }

    @Test
    void listsAreTablesOffATerminalWithTimesOfTheServer() {
        stub.reply("GET /v1/projects/my-api/releases", 200, """
            {"items":[
            {"version":"v12","live":true,"commitHash":"a1b2c3d4e5f6","origin":"UPLOAD","runtime":"python:3.12","createdAt":"2026-11-21T22:00:00Z"},
            {"version":"v9","live":false,"commitHash":"ffffffffffff","origin":"ROLLBACK","runtime":"python:3.12","createdAt":"2026-11-20T22:00:00Z"}]}
            """);

        assertThat(run("releases").out()).isEqualTo("""
            RELEASE  LIVE  COMMIT        ORIGIN    RUNTIME      CREATED
            v12      *     a1b2c3d4e5f6  UPLOAD    python:3.12  2026-11-21T22:00:00Z
            v9             ffffffffffff  ROLLBACK  python:3.12  2026-11-20T22:00:00Z
            """);
    }

    @Test
    void logsAreFiltered() {
        stub.reply("GET /v1/projects/my-api/logs", 200, """
            {"lines":[
            {"position":1,"at":"2026-11-21T22:00:00.123456Z","process":"web","ordinal":0,"release":"v1","text":"GET /"},
            {"position":2,"at":"2026-11-21T22:00:01Z","process":"worker","ordinal":0,"release":"v1","text":"job"}],"next":2}
            """);

        assertThat(run("logs").out())
                .isEqualTo("2026-11-21T22:00:00Z web.0 v1 | GET /\n2026-11-21T22:00:01Z worker.0 v1 | job\n");
        assertThat(run("logs", "--process", "worker", "--json").out())
                .contains("\"job\"")
                .doesNotContain("GET /");
        assertThat(run("logs", "--grep", "nothing").out()).isEmpty();
    }

    @Test
    void initWritesAConfigThatIsValidAndDoesNotWriteOverOne() throws IOException {
        Path app = Files.createDirectories(folder.resolve("My_App"));
        Files.writeString(app.resolve("requirements.txt"), "fastapi\nuvicorn\n");
        Files.writeString(app.resolve("main.py"), "from fastapi import FastAPI\napp = FastAPI()\n");

        CommandRun run = run("init", "--dir", "My_App");

        assertThat(run.out()).isEqualTo("Wrote backend.yml for my-app.\n");
        assertThat(run.err()).contains("Detected: found requirements.txt with fastapi: uvicorn main:app");
        assertThat(Files.readString(app.resolve("backend.yml")))
                .startsWith("# yaml-language-server: $schema=" + stub.uri()
                        + "/schemas/backend.schema.json\nname: my-app\n")
                .contains("\nentrypoint: \"uvicorn main:app");
        assertThat(run("config", "validate", "My_App").out()).isEqualTo("My_App is valid.\n");
        assertThat(run("init", "--dir", "My_App").exit()).isEqualTo(9);
    }

    @Test
    void initLeavesToTheProcfileWhatItSays() throws IOException {
        Path app = Files.createDirectories(folder.resolve("flasky"));
        Files.writeString(app.resolve("requirements.txt"), "flask\ngunicorn\n");
        Files.writeString(app.resolve("app.py"), "from flask import Flask\napp = Flask(__name__)\n");
        Files.writeString(app.resolve("Procfile"), "web: gunicorn app:app --bind 0.0.0.0:$PORT --workers 2\n");

        assertThat(run("init", "-d", "flasky").err()).contains("gunicorn app:app --bind 0.0.0.0:$PORT --workers 2");

        assertThat(Files.readString(app.resolve("backend.yml")))
                .contains("The Procfile goes on being read")
                .contains("\n# entrypoint: ");
        assertThat(run("config", "show", "flasky").out()).contains("--workers 2");
    }

    @ParameterizedTest
    @CsvSource({
        "dep,                    deploy deployment",
        "secret i,               import",
        "deploy --wat,           --watch",
        "-p shop sta,            start status",
        "secret -p shop uns,     unset",
        "completion f,           fish",
        "--no-i,                 --no-input",
    })
    void aShellCompletesWhatIsTyped(String typed, String offered) throws Exception {
        Path script = Files.writeString(
                folder.resolve("complete.sh"),
                run("completion", "bash").out() + "COMP_WORDS=(backendim \"$@\"); COMP_CWORD=$#; _backendim\n"
                        + "echo \"${COMPREPLY[*]}\"\n");
        List<String> command = new ArrayList<>(List.of("bash", script.toString()));
        command.addAll(List.of(typed.split(" ")));

        Process bash = new ProcessBuilder(command).redirectErrorStream(true).start();

        assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                        .strip()
                        .split(" "))
                .containsExactlyInAnyOrder(offered.split(" "));
    }

    @Test
    void startIsOnlyAdvisedWhereThereIsAReleaseToStart() {
        stub.reply("GET /v1/projects/my-api/state", 200, "{\"projectId\":\"admin-my-api\"}");
        stub.reply("GET /v1/projects/my-api/releases", 200, "{\"items\":[]}");

        CommandRun run = run("status");

        assertThat(run.out()).contains("nothing is live");
        assertThat(run.err()).contains("backendim deploy").doesNotContain("backendim start");
    }

    @Test
    void initOfAnUnknownFolderLeavesTheLinesToFillIn() throws IOException {
        Path app = Files.createDirectories(folder.resolve("what"));
        Files.writeString(app.resolve("notes.txt"), "x");

        assertThat(run("init", "-d", "what").err()).contains("Nothing was recognised here. Say it in backend.yml");
        assertThat(Files.readString(app.resolve("backend.yml"))).contains("\n# runtime: \"python:3.12\"\n");
        assertThat(run("config", "validate", "what").exit()).isZero();
    }

    private CommandRun run(String... args) {
        return runWith("", args);
    }

    private CommandRun runWith(String input, String... args) {
        return CommandRun.of(folder, environment, input, args);
    }

    private ContractStub.Request sent(String call) {
        return stub.requests(call).getLast();
    }

    private void events(String... events) {
        stub.reply(
                "GET /v1/deployments/" + ID + "/events",
                200,
                "{\"events\":[" + String.join(",", events) + "],\"next\":9}");
    }

    private static String event(int seq, String status, String time, String more) {
        return "{\"deploymentId\":\"%s\",\"status\":\"%s\",\"seq\":%d,\"ts\":\"2026-11-21T%s\"%s}"
                .formatted(ID, status, seq, time, more);
    }

    private static List<String> filesIn(String multipart) throws IOException {
        int start = multipart.indexOf("\u001f\u008b");
        List<String> names = new ArrayList<>();
        byte[] archive = multipart.substring(start).getBytes(StandardCharsets.ISO_8859_1);
        try (TarArchiveInputStream in =
                new TarArchiveInputStream(new GZIPInputStream(new ByteArrayInputStream(archive)))) {
            for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                names.add(entry.getName());
            }
        }
        return names;
    }

    @Test
    void aShortPauseThatTheServerAsksForIsWaitedForAndTheDeploymentSentAgainUnderItsKey() throws IOException {
        stub.reply("POST /v1/deployments", new ContractStub.Reply(503, BUSY, 1))
                .reply("POST /v1/deployments", 202, ACCEPTED);

        CommandRun run = run("deploy", "--no-wait");

        assertThat(run.exit()).isZero();
        assertThat(stub.requests("POST /v1/deployments"))
                .hasSize(2)
                .extracting(request -> request.headers().get("idempotency-key"))
                .doesNotContainNull()
                .containsOnly(stub.requests("POST /v1/deployments")
                        .getFirst()
                        .headers()
                        .get("idempotency-key"));
    }

    @Test
    void aLongPauseIsThePersonsToWaitForAndAChangeWithoutAKeyIsNotRepeated() {
        stub.reply("GET /v1/projects", new ContractStub.Reply(429, BUSY, 60));
        stub.reply("POST /v1/projects", new ContractStub.Reply(503, BUSY, 1));

        assertThat(run("project", "list").exit()).isNotZero();
        assertThat(run("project", "create", "shop").exit()).isNotZero();

        assertThat(stub.requests("GET /v1/projects")).hasSize(1);
        assertThat(stub.requests("POST /v1/projects")).hasSize(1);
    }
}
