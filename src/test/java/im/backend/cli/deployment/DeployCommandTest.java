package im.backend.cli.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.cli.CommandKit;
import im.backend.cli.CommandRun;
import im.backend.cli.ContractStub;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeployCommandTest extends CommandKit {
    private static final String ID = "0b6f1f0e-7a54-4c3e-9f57-0d2a3c4b5e6f";
    private static final String BUSY = "{\"code\":\"busy\",\"detail\":\"Later.\"}";

    private static final String ACCEPTED = "{\"deploymentId\":\"" + ID + "\",\"deployment_id\":\"" + ID
            + "\",\"projectId\":\"admin-my-api\",\"commitHash\":\"a1b2c3d4e5f6\",\"status\":\"queued\"}";

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
}
