package im.backend.cli.app;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.cli.CommandKit;
import im.backend.cli.CommandRun;
import org.junit.jupiter.api.Test;

class AppCommandsTest extends CommandKit {
    @Test
    void runGivesTheOutputAndTheExitCodeOfTheCommand() {
        stub.reply("POST /v1/projects/my-api/run", 200, "{\"line\":\"hello\"}\n{\"exitCode\":42}\n");

        CommandRun run = run("run", "--", "sh", "-c", "echo 'a b'; exit 42");

        assertThat(run).isEqualTo(new CommandRun(42, "hello\n", ""));
        assertThat(sent("POST /v1/projects/my-api/run").text())
                .isEqualTo("{\"command\":\"sh -c 'echo '\\\\''a b'\\\\''; exit 42'\"}");
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
    void startIsOnlyAdvisedWhereThereIsAReleaseToStart() {
        stub.reply("GET /v1/projects/my-api/state", 200, "{\"projectId\":\"admin-my-api\"}");
        stub.reply("GET /v1/projects/my-api/releases", 200, "{\"items\":[]}");

        CommandRun run = run("status");

        assertThat(run.out()).contains("nothing is live");
        assertThat(run.err()).contains("backendim deploy").doesNotContain("backendim start");
    }
}
