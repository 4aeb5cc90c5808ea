package im.backend.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest extends CommandKit {
    private static final String BUSY = "{\"code\":\"busy\",\"detail\":\"Later.\"}";

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
    void aWrongCommandLinePointsToTheHelpOfItsCommand() {
        assertThat(run("-q", "logs", "--lines", "x").err()).isEqualTo("""
            error: -n, --lines: "x" (expected: a whole number)
            hint: Help is at: backendim logs --help
            """);
        assertThat(run("env:set", "NOVALUE").err()).endsWith("hint: Help is at: backendim env set --help\n");
        assertThat(run("secret", "foo").err()).endsWith("hint: Help is at: backendim secret --help\n");
        assertThat(run("stauts").err()).endsWith("hint: Help is at: backendim --help\n");
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
    void aLongPauseIsThePersonsToWaitForAndAChangeWithoutAKeyIsNotRepeated() {
        stub.reply("GET /v1/projects", new ContractStub.Reply(429, BUSY, 60));
        stub.reply("POST /v1/projects", new ContractStub.Reply(503, BUSY, 1));

        assertThat(run("project", "list").exit()).isNotZero();
        assertThat(run("project", "create", "shop").exit()).isNotZero();

        assertThat(stub.requests("GET /v1/projects")).hasSize(1);
        assertThat(stub.requests("POST /v1/projects")).hasSize(1);
    }
}
