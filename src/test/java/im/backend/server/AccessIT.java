package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import im.backend.api.http.ApiSettings;
import im.backend.server.HttpProbe.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every operation that /openapi.json names, as nobody, as a stranger, and with a bad token. */
class AccessIT {
    private static final Set<String> OPEN = Set.of(
            "GET /healthz",
            "GET /readyz",
            "GET /metrics",
            "GET /openapi.json",
            "GET /docs",
            "GET /docs/docs.js",
            "GET /docs/docs.css",
            "GET /schemas/backend.schema.json",
            "POST /api/auth/login",
            "GET /ws");

    @TempDir
    static Path folder;

    static ApiFixture server;
    static HttpProbe http;
    static String deployment;

    record Operation(String method, String path, boolean secured) {
        String name() {
            return method + " " + path;
        }
    }

    @BeforeAll
    static void start() {
        server = new ApiFixture(folder, new ApiSettings.Rates(10_000, 10_000, 10_000));
        http = new HttpProbe(server.uri());
        deployment = deploy();
    }

    private static String deploy() {
        JsonNode reply = http.json(
                        "POST", "/api/deploy", ContractIT.FILES + "\"projectName\":\"private\"}", ContractIT.ALICE)
                .is(202)
                .json();
        http.watch("/ws?deploymentId=" + reply.path("deploymentId").asText(), ContractIT.ALICE);
        return reply.path("deploymentId").asText();
    }

    @AfterAll
    static void stop() {
        http.close();
        server.close();
    }

    static List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        JsonNode paths = http.get("/openapi.json").is(200).at("/paths");
        for (Map.Entry<String, JsonNode> path : paths.properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                operations.add(new Operation(
                        method.getKey().toUpperCase(java.util.Locale.ROOT),
                        path.getKey(),
                        !method.getValue().path("security").isEmpty()));
            }
        }
        return operations;
    }

    @Test
    void exactlyTheseAreOpenToAnyone() {
        assertThat(operations().stream().filter(o -> !o.secured()).map(Operation::name))
                .containsExactlyInAnyOrderElementsOf(OPEN);
        assertThat(operations()).hasSizeGreaterThan(40);
    }

    @TestFactory
    List<DynamicTest> nobodyIsTurnedAwayEverywhere() {
        return secured(operation -> {
            call(operation).isProblem(401, "not-authenticated");
            call(operation, "Authorization", "Bearer forged").isProblem(401, "token-invalid");
        });
    }

    @TestFactory
    List<DynamicTest> aStrangerSeesNothingOfSomebodyElsesProject() {
        return operations().stream()
                .filter(operation -> operation.path().contains("{"))
                .map(operation -> DynamicTest.dynamicTest(operation.name(), () -> {
                    Answer answer = call(operation, "Authorization", "Bearer bob");
                    answer.isProblem(404, "not-found");
                    assertThat(answer.body()).doesNotContain("print(1)");
                }))
                .toList();
    }

    @Test
    void theOwnersProjectIsUntouched() {
        assertThat(http.get("/v1/projects/private", ContractIT.ALICE).is(200).text("/release"))
                .isEqualTo("v1");
    }

    @Test
    void anAdministratorMayUseEveryProjectByItsId() {
        http.get("/v1/projects/alice-private", "Authorization", "Bearer root").is(200);
    }

    private interface Check {
        void on(Operation operation);
    }

    private static List<DynamicTest> secured(Check check) {
        return operations().stream()
                .filter(Operation::secured)
                .map(operation -> DynamicTest.dynamicTest(operation.name(), () -> check.on(operation)))
                .toList();
    }

    /** With a body that would be fine, so that nothing but the right to call decides. */
    private static Answer call(Operation operation, String... headers) {
        String path = operation
                .path()
                .replace("{project}", "alice-private")
                .replace("{id}", deployment)
                .replace("{version}", "v1")
                .replace("{name}", "db_url")
                .replace("{path}", "main.py");
        String query = operation.name().equals("DELETE /v1/projects/{project}") ? "?confirm=private" : "";
        String body = body(operation);
        return body.isEmpty()
                ? http.send(operation.method(), path + query, new byte[0], headers)
                : http.json(operation.method(), path + query, body, headers);
    }

    private static String body(Operation operation) {
        return switch (operation.name()) {
            case "PUT /v1/projects/{project}/files/{path}" -> "{\"content\":\"x\"}";
            case "PATCH /v1/projects/{project}/env", "PATCH /v1/projects/{project}/secrets" ->
                "{\"set\":{\"A\":\"b\"}}";
            case "PUT /v1/projects/{project}/secrets/{name}" -> "{\"value\":\"x\"}";
            case "POST /v1/projects/{project}/scale" -> "{\"replicas\":1}";
            case "POST /v1/projects/{project}/run" -> "{\"command\":\"true\"}";
            default -> "";
        };
    }
}
