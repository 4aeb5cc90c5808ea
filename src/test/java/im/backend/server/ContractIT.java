package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import im.backend.domain.ProjectId;
import im.backend.problem.Problem;
import im.backend.server.HttpProbe.Answer;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract of both seeds, field by field, and of what was added to them. */
class ContractIT {
    static final String[] ALICE = {"Authorization", "Bearer alice"};
    static final List<String> SEED_STATUSES = List.of(
            "queued",
            "committing",
            "creating_namespace",
            "creating_pvc",
            "building",
            "deploying",
            "health_check",
            "complete");
    static final String FILES = "{\"files\":{\"main.py\":\"print(1)\",\"backend.yml\":\"runtime: python\\n\"},";

    @TempDir
    static Path folder;

    static ApiFixture server;
    static HttpProbe http;

    @BeforeAll
    static void start() {
        server = new ApiFixture(folder, new im.backend.api.http.ApiSettings.Rates(10_000, 10_000, 10_000));
        http = new HttpProbe(server.uri());
    }

    @AfterAll
    static void stop() {
        http.close();
        server.close();
    }

    static JsonNode deploy(String name) {
        return http.json("POST", "/api/deploy", FILES + "\"projectName\":\"" + name + "\"}", ALICE)
                .is(202)
                .json();
    }

    @Test
    void seed004DeployRepliesItsFiveFields() {
        Answer answer =
                http.json("POST", "/api/deploy", FILES + "\"projectName\":\"seed\",\"userId\":\"alice\"}", ALICE);

        answer.is(202);
        assertThat(answer.fields())
                .containsExactly("deploymentId", "projectId", "commitHash", "status", "websocketUrl");
        JsonNode reply = answer.json();
        assertThat(reply.path("deploymentId").asText()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        assertThat(reply.path("projectId").asText()).isEqualTo("alice-seed");
        assertThat(reply.path("commitHash").asText()).matches("[0-9a-f]{12}");
        assertThat(reply.path("status").asText()).isEqualTo("queued");
        assertThat(reply.path("websocketUrl").asText())
                .isEqualTo("ws://127.0.0.1:" + server.port() + "/ws?deploymentId="
                        + reply.path("deploymentId").asText());
        assertThat(answer.header("Location"))
                .isEqualTo("/api/status/" + reply.path("deploymentId").asText());
    }

    @Test
    void seed004MessagesHaveItsFieldsAndEachStatusComesOnceInOrder() {
        JsonNode reply = deploy("messages");

        HttpProbe.Watched watched =
                http.watch("/ws?deploymentId=" + reply.path("deploymentId").asText(), ALICE);

        assertThat(watched.statuses()).isEqualTo(SEED_STATUSES);
        assertThat(watched.closeCode()).isEqualTo(1000);
        assertThat(watched.messages()).allSatisfy(message -> {
            assertThat(message.path("deploymentId")).isEqualTo(reply.path("deploymentId"));
            assertThat(message.path("projectId").asText()).isEqualTo("alice-messages");
            assertThat(message.path("commitHash")).isEqualTo(reply.path("commitHash"));
            assertThat(message.path("logs").isArray()).isTrue();
            assertThat(message.path("seq").isNumber()).isTrue();
            assertThat(message.path("ts").asText()).endsWith("Z");
            assertThat(message.has("url"))
                    .isEqualTo(message.path("status").asText().equals("complete"));
        });
        assertThat(watched.messages().getLast().path("url").asText()).isEqualTo("http://messages.localhost:8000");
    }

    @Test
    void seed004StatusRepliesItsSixFields() {
        JsonNode reply = deploy("status");
        String id = reply.path("deploymentId").asText();
        assertThat(http.get("/api/status/" + id, ALICE).is(200).fields())
                .containsExactly("id", "projectId", "commitHash", "status", "url", "logs");
        http.watch("/ws?deploymentId=" + id, ALICE);

        JsonNode status = http.get("/api/status/" + id, ALICE).is(200).json();

        assertThat(status.path("id").asText()).isEqualTo(id);
        assertThat(status.path("projectId").asText()).isEqualTo("alice-status");
        assertThat(status.path("commitHash")).isEqualTo(reply.path("commitHash"));
        assertThat(status.path("status").asText()).isEqualTo("complete");
        assertThat(status.path("url").asText()).isEqualTo("http://status.localhost:8000");
        assertThat(status.path("logs")).isNotEmpty();
    }

    @Test
    void seed000MultipartDeployReplies202WithDeploymentId() {
        byte[] source = TarGz.of(Map.of("main.py", "print(1)"));

        Answer answer = http.multipart(
                "/v1/deployments",
                List.of(new Object[] {"source", source}, new Object[] {"config", "name: multi\nruntime: python\n"}),
                ALICE);

        answer.is(202);
        assertThat(answer.at("/deployment_id")).isEqualTo(answer.at("/deploymentId"));
        assertThat(answer.text("/projectId")).isEqualTo("alice-multi");
        assertThat(answer.header("Location")).isEqualTo("/v1/deployments/" + answer.text("/deploymentId"));
    }

    @Test
    void seed000JsonWithBase64SourceGivesTheSameCommitAsMultipart() {
        byte[] source = TarGz.of(Map.of("main.py", "print(2)"));
        Answer multipart = http.multipart(
                "/v1/deployments",
                List.of(
                        new Object[] {"message", "one"},
                        new Object[] {"source", source},
                        new Object[] {"project", "same"},
                        new Object[] {"config", "runtime: python"}),
                ALICE);
        http.watch("/ws?deploymentId=" + multipart.is(202).text("/deploymentId"), ALICE);

        Answer json = http.json(
                "POST",
                "/v1/deployments",
                "{\"source\":\"" + Base64.getEncoder().encodeToString(source)
                        + "\",\"config\":\"runtime: python\",\"project\":\"same\"}",
                ALICE);

        assertThat(json.is(202).at("/commitHash")).isEqualTo(multipart.at("/commitHash"));
    }

    @Test
    void configMayBeAJsonObject() {
        byte[] source = TarGz.of(Map.of("main.py", "print(3)"));

        Answer answer = http.json(
                "POST",
                "/v1/deployments",
                "{\"source\":\"" + Base64.getEncoder().encodeToString(source)
                        + "\",\"config\":{\"name\":\"object\",\"runtime\":\"python\"}}",
                ALICE);

        assertThat(answer.is(202).text("/projectId")).isEqualTo("alice-object");
    }

    @Test
    void sinceResumesWithoutGapOrRepeat() {
        String id = deploy("resume").path("deploymentId").asText();
        HttpProbe.Watched all = http.watch("/ws?deploymentId=" + id, ALICE);
        long seen = all.messages().get(3).path("seq").asLong();

        HttpProbe.Watched rest = http.watch("/ws?deploymentId=" + id + "&since=" + seen, ALICE);

        assertThat(rest.messages()).isEqualTo(all.messages().subList(4, 8));
    }

    @Test
    void thePollingTwinSaysTheSame() {
        String id = deploy("twin").path("deploymentId").asText();
        HttpProbe.Watched watched = http.watch("/ws?output=true&deploymentId=" + id, ALICE);

        JsonNode polled = http.get("/v1/deployments/" + id + "/events?output=true", ALICE)
                .is(200)
                .json();

        assertThat(polled.path("events")).hasSameSizeAs(watched.messages());
        assertThat(polled.path("events")).containsExactlyElementsOf(watched.messages());
        assertThat(polled.path("done").asBoolean()).isTrue();
        long next = polled.path("next").asLong();
        assertThat(http.get("/v1/deployments/" + id + "/events?since=" + next, ALICE)
                        .at("/events"))
                .isEmpty();
    }

    @Test
    void outputIsOnlyForWhoAsksForIt() {
        String id = deploy("output").path("deploymentId").asText();
        HttpProbe.Watched plain = http.watch("/ws?deploymentId=" + id, ALICE);

        HttpProbe.Watched chatty = http.watch("/ws?output=true&deploymentId=" + id, ALICE);

        assertThat(plain.statuses()).isEqualTo(SEED_STATUSES);
        assertThat(chatty.messages()).hasSizeGreaterThan(8).isSubsetOf(chatty.messages());
        assertThat(chatty.messages()).containsAll(plain.messages());
        assertThat(chatty.statuses().stream().distinct()).isEqualTo(SEED_STATUSES);
    }

    @Test
    void aFailedDeploymentSaysWhyAndWhatToDo() {
        server.images.fail(
                new ProjectId("alice-failing"),
                new Problem.StageFailed(
                        "build-failed",
                        "pip found no fastapi==99.",
                        "Correct requirements.txt.",
                        List.of("ERROR: none")));
        String id = deploy("failing").path("deploymentId").asText();

        HttpProbe.Watched watched = http.watch("/ws?deploymentId=" + id, ALICE);

        JsonNode last = watched.messages().getLast();
        assertThat(last.path("status").asText()).isEqualTo("failed");
        assertThat(last.path("error").path("code").asText()).isEqualTo("build-failed");
        assertThat(last.path("error").path("fix").asText()).isEqualTo("Correct requirements.txt.");
        assertThat(last.path("error").path("stage").asText()).isEqualTo("building");
        assertThat(last.path("error").path("evidence").get(0).asText()).isEqualTo("ERROR: none");
        assertThat(http.get("/api/status/" + id, ALICE).at("/error")).isEqualTo(last.path("error"));
    }

    @Test
    void theSameIdempotencyKeyGivesTheSameDeployment() {
        String[] headers = HttpProbe.with(ALICE, "Idempotency-Key", "key-1");
        String body = FILES + "\"projectName\":\"idem\"}";

        JsonNode first = http.json("POST", "/api/deploy", body, headers).is(202).json();
        JsonNode again = http.json("POST", "/api/deploy", body, headers).is(202).json();

        assertThat(again.path("deploymentId")).isEqualTo(first.path("deploymentId"));
        http.json("POST", "/api/deploy", body.replace("print(1)", "print(9)"), headers)
                .isProblem(422, "idempotency-mismatch");
    }

    @Test
    void loginGivesATokenAndVerifySaysWhose() {
        Answer login =
                http.json("POST", "/api/auth/login", "{\"key\":\"alice-key\"}").is(200);
        assertThat(login.fields()).containsExactly("access_token", "token_type", "expires_in");
        assertThat(login.text("/token_type")).isEqualTo("Bearer");
        assertThat(login.at("/expires_in").asInt()).isBetween(890, 900);

        Answer verify = http.get("/api/auth/verify", "Authorization", "Bearer " + login.text("/access_token"));

        assertThat(verify.is(200).body())
                .isEqualTo("{\"valid\":true,\"userId\":\"alice\",\"email\":\"alice@localhost\"}");
    }

    @Test
    void aTicketOpensOneWebSocket() {
        String id = deploy("ticket").path("deploymentId").asText();
        String ticket =
                http.send("POST", "/v1/tickets", new byte[0], ALICE).is(201).text("/ticket");

        assertThat(http.watch("/ws?deploymentId=" + id + "&ticket=" + ticket).statuses())
                .isEqualTo(SEED_STATUSES);
        http.get("/ws?deploymentId=" + id + "&ticket=" + ticket).isProblem(400, "upgrade-required");
    }

    @Test
    void aProjectLivesThroughAllItsResources() {
        http.json("POST", "/v1/projects", "{\"name\":\"whole\"}", ALICE).is(201);
        http.json("PUT", "/v1/projects/whole/files/main.py", "{\"content\":\"print(1)\"}", ALICE)
                .is(200);
        http.json("PUT", "/v1/projects/whole/files/backend.yml", "{\"content\":\"runtime: python\"}", ALICE)
                .is(200);
        assertThat(http.get("/v1/projects/whole/files/main.py", ALICE).is(200).text("/content"))
                .isEqualTo("print(1)");
        assertThat(http.get("/v1/projects/whole/files", ALICE).is(200).at("/files"))
                .hasSize(2);
        assertThat(http.get("/v1/projects/whole/commits", ALICE).is(200).at("/items"))
                .hasSize(2);
        String id = http.send("POST", "/v1/projects/whole/deployments", new byte[0], ALICE)
                .is(202)
                .text("/deploymentId");
        assertThat(http.watch("/ws?deploymentId=" + id, ALICE).statuses()).endsWith("complete");

        assertThat(http.get("/v1/projects/whole", ALICE).is(200).text("/release"))
                .isEqualTo("v1");
        assertThat(http.get("/v1/projects/whole/releases", ALICE)
                        .is(200)
                        .at("/items/0/live")
                        .asBoolean())
                .isTrue();
        assertThat(http.get("/v1/projects/whole/releases/v1", ALICE).is(200).text("/deploymentId"))
                .isEqualTo(id);
        assertThat(http.get("/v1/projects/whole/deployments", ALICE).is(200).text("/items/0/id"))
                .isEqualTo(id);
        assertThat(http.get("/v1/projects/whole/state", ALICE).is(200).text("/instances/0/state"))
                .isEqualTo("running");
        http.json("PATCH", "/v1/projects/whole/env", "{\"set\":{\"MODE\":\"x\"},\"restart\":false}", ALICE)
                .is(200);
        assertThat(http.get("/v1/projects/whole/env", ALICE).is(200).text("/env/MODE"))
                .isEqualTo("x");
        Answer secret = http.json(
                        "PUT",
                        "/v1/projects/whole/secrets/db_url",
                        "{\"value\":\"hunter2hunter2\",\"restart\":false}",
                        ALICE)
                .is(200);
        assertThat(secret.body()).contains("db_url").doesNotContain("hunter2");
        http.delete("/v1/projects/whole/secrets/db_url?restart=false", ALICE).is(200);
        http.get("/v1/projects/whole/logs", ALICE).is(200);
        assertThat(http.get("/v1/deployments/" + id + "/logs", ALICE).is(200).at("/lines"))
                .isNotEmpty();
        http.json("POST", "/v1/projects/whole/run", "{\"command\":\"echo hi\"}", ALICE)
                .is(200);
        http.send("POST", "/v1/projects/whole/stop", new byte[0], ALICE).is(204);
        assertThat(http.get("/v1/projects/whole", ALICE).json().has("release")).isFalse();
        http.delete("/v1/projects/whole?confirm=other", ALICE).isProblem(409, "confirmation-required");
        http.delete("/v1/projects/whole?confirm=whole", ALICE).is(204);
        http.get("/v1/projects/whole", ALICE).isProblem(404, "not-found");
    }

    @Test
    void rollbackGoesToTheReleaseBefore() {
        http.watch("/ws?deploymentId=" + deploy("back").path("deploymentId").asText(), ALICE);
        String second = http.json(
                        "POST",
                        "/api/deploy",
                        FILES.replace("print(1)", "print(2)") + "\"projectId\":\"alice-back\"}",
                        ALICE)
                .is(202)
                .text("/deploymentId");
        http.watch("/ws?deploymentId=" + second, ALICE);

        String id = http.send("POST", "/v1/projects/back/rollback", new byte[0], ALICE)
                .is(202)
                .text("/deploymentId");

        assertThat(http.watch("/ws?deploymentId=" + id, ALICE)
                        .messages()
                        .getLast()
                        .path("version")
                        .asText())
                .isEqualTo("v3");
        JsonNode releases =
                http.get("/v1/projects/back/releases?limit=2", ALICE).json();
        assertThat(releases.path("items").get(0).path("origin").asText()).isEqualTo("rollback");
        assertThat(releases.path("next").asText()).isEqualTo("v2");
    }

    @Test
    void healthMetricsAndDocsAreThere() {
        assertThat(http.get("/healthz").is(200).body()).isEqualTo("{\"status\":\"ok\",\"checks\":[]}");
        http.get("/readyz").is(200);
        deploy("counted");
        assertThat(http.get("/metrics").is(200).body())
                .contains("backendim_http_requests_total{method=\"POST\",route=\"/api/deploy\",status=\"202\"}");
        assertThat(http.get("/docs").is(200).body()).contains("<!doctype html>");
        assertThat(http.get("/docs").header("Content-Security-Policy")).contains("default-src 'none'");
        http.get("/docs/docs.js").is(200);
        http.get("/docs/docs.css").is(200);
    }
}
