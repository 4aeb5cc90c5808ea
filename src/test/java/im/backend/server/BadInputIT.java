package im.backend.server;

import static im.backend.server.HttpProbe.row;
import static org.assertj.core.api.Assertions.assertThat;

import im.backend.server.HttpProbe.Answer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each bad input gets its own status and slug, and a sentence that says how to mend it. */
class BadInputIT {
    private static final String[] ALICE = ContractIT.ALICE;
    private static final byte[] NO_BODY = {};
    private static final byte[] SOURCE = TarGz.of(Map.of("main.py", "print(1)"));

    @TempDir
    static Path folder;

    static ApiFixture server;
    static HttpProbe http;
    static String deployment;

    @BeforeAll
    static void start() {
        server = new ApiFixture(folder, new im.backend.api.http.ApiSettings.Rates(10_000, 10_000, 10_000));
        http = new HttpProbe(server.uri());
        deployment = http.json("POST", "/api/deploy", ContractIT.FILES + "\"projectName\":\"there\"}", ALICE)
                .is(202)
                .text("/deploymentId");
        http.watch("/ws?deploymentId=" + deployment, ALICE);
    }

    @AfterAll
    static void stop() {
        http.close();
        server.close();
    }

    static Stream<Arguments> requests() {
        return Stream.of(
                row("A5", "PUT", "/v1/projects", NO_BODY, 405, "method-not-allowed", "GET, POST"),
                row("A6", "GET", "/nowhere", NO_BODY, 404, "not-found", "/openapi.json"),
                row("A6", "GET", "/v1/projects/", NO_BODY, 404, "not-found", "/openapi.json"),
                row("A18", "GET", "/v1/projects?limit=-1", NO_BODY, 400, "bad-parameter", "from 1 to 200"),
                row("A18", "GET", "/v1/projects?limit=1000000000", NO_BODY, 400, "bad-parameter", "from 1 to 200"),
                row("A18", "GET", "/v1/projects?limit=x", NO_BODY, 400, "bad-parameter", "from 1 to 200"),
                row("A18", "GET", "/v1/projects?limit=1&limit=2", NO_BODY, 400, "bad-parameter", "twice"),
                row("A18", "GET", "/v1/projects?lmit=1", NO_BODY, 400, "bad-parameter", "one of limit, after"),
                row(
                        "A18",
                        "GET",
                        "/v1/projects/there/logs?follow=perhaps",
                        NO_BODY,
                        400,
                        "bad-parameter",
                        "true or false"),
                row("A18", "GET", "/v1/projects/there/deployments?before=x", NO_BODY, 400, "bad-parameter", "UTC time"),
                row("A18", "GET", "/v1/projects/there/releases/x", NO_BODY, 400, "bad-parameter", "v1"),
                row("B8", "GET", "/v1/projects?token=x", NO_BODY, 400, "token-in-url", "Authorization"),
                row("B8", "GET", "/v1/projects?after=bim_abc", NO_BODY, 400, "token-in-url", "Authorization"),
                row("B6", "GET", "/v1/projects/absent", NO_BODY, 404, "not-found", "project list"),
                row("B6", "GET", "/v1/deployments/550e8400-e29b-41d4-a716-446655440000", NO_BODY, 404, "not-found", ""),
                row("B6", "GET", "/v1/deployments/nonsense", NO_BODY, 404, "not-found", "UUID"),
                row("F13", "GET", "/v1/projects/there/releases/v99", NO_BODY, 404, "not-found", "v99"),
                row("F13", "POST", "/v1/projects/there/rollback", NO_BODY, 409, "no-release", ""),
                row("G2", "GET", "/ws?deploymentId=x", NO_BODY, 400, "upgrade-required", "Upgrade"));
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("requests")
    void aBadRequestIsRefused(
            String row, String method, String path, byte[] body, int status, String slug, String says) {
        Answer answer = http.send(method, path, body, ALICE).isProblem(status, slug);

        assertThat(answer.body()).contains(says);
        if (status == 405) {
            assertThat(answer.header("Allow")).isEqualTo(says);
        }
    }

    static Stream<Arguments> bodies() {
        String deploy = "/api/deploy";
        return Stream.of(
                row("C1", "POST", "/v1/projects", "{\"name\":", 400, "malformed-json", "line 1"),
                row("C1", "POST", "/v1/projects", "{\"name\":\"a\"} x", 400, "malformed-json", ""),
                row("C1", "POST", "/v1/projects", "{\"name\":NaN}", 400, "malformed-json", ""),
                row("C1", "POST", "/v1/projects", "", 400, "malformed-json", "empty"),
                row("C2", "POST", "/v1/projects", "{\"name\":\"a\",\"name\":\"b\"}", 400, "duplicate-key", "twice"),
                row(
                        "C3",
                        "POST",
                        "/v1/deployments",
                        "{\"source\":\"\",\"config\":" + "[".repeat(100),
                        400,
                        "json-too-complex",
                        "64 levels"),
                row("C4", "POST", "/v1/projects", "{\"nmae\":\"a\"}", 400, "unknown-field", "Did you mean"),
                row("C5", "POST", "/v1/projects", "{\"name\":5}", 422, "validation", "text in quotes"),
                row("C5", "POST", "/v1/projects", "{}", 422, "validation", "required"),
                row("C6", "POST", "/v1/projects", "{\"name\":\"a\\u0000b\"}", 422, "validation", "lower-case"),
                row("F1", "POST", "/v1/projects", "{\"name\":\"Upper\"}", 422, "validation", "lower-case"),
                row("F1", "POST", "/v1/projects", "{\"name\":\"-a\"}", 422, "validation", "lower-case"),
                row("F1", "POST", "/v1/projects", "{\"name\":\"\"}", 422, "validation", "lower-case"),
                row("F2", "POST", "/v1/projects", "{\"name\":\"there\"}", 409, "name-taken", "there"),
                row("C7", "POST", deploy, files("../x"), 422, "unsafe-path", "../x"),
                row("C7", "POST", deploy, files("/etc/x"), 422, "unsafe-path", "/etc/x"),
                row("C8", "POST", deploy, files(".git/config"), 422, "reserved-path", ".git"),
                row("C9", "POST", deploy, files("a\":\"x\",\"A"), 422, "path-conflict", "A"),
                row("C10", "POST", deploy, files("a\":\"x\",\"a/b"), 422, "path-conflict", "a"),
                row(
                        "C16",
                        "POST",
                        deploy,
                        "{\"files\":{\"a\":{\"content\":\"%\",\"encoding\":\"base64\"}},\"projectName\":\"x\"}",
                        422,
                        "validation",
                        "base64"),
                row(
                        "C16",
                        "POST",
                        "/v1/deployments",
                        "{\"source\":\"%%\",\"project\":\"x\"}",
                        422,
                        "validation",
                        "base64"),
                row("C17", "POST", deploy, "{\"files\":{},\"projectName\":\"x\"}", 422, "empty-source", ""),
                row(
                        "B5",
                        "POST",
                        deploy,
                        "{\"files\":{\"a\":\"b\"},\"projectName\":\"x\",\"userId\":\"bob\"}",
                        403,
                        "forbidden",
                        "alice"),
                row("F3", "POST", deploy, config("a: b: c"), 422, "config-syntax", "1:"),
                row("F4", "POST", deploy, config("nmae: x"), 422, "config-invalid", "name"),
                row("F4", "POST", deploy, config("runtime: cobol"), 422, "config-invalid", "python"),
                row("F6", "POST", deploy, config("resources: {memory: 1Pi}"), 422, "config-invalid", "memory"),
                row("F7", "POST", deploy, config("env: {PORT: '1'}"), 422, "env-invalid", "PORT"),
                row("F8", "POST", deploy, config("env: {A: 'secret:nope'}"), 422, "secret-missing", "nope"),
                row(
                        "F9",
                        "POST",
                        "/v1/projects/there/deployments",
                        "{\"commit\":\"" + "f".repeat(40) + "\"}",
                        404,
                        "commit-unknown",
                        ""),
                row("F14", "POST", "/v1/deployments/ID/cancel", "", 409, "already-finished", ""),
                row(
                        "F16",
                        "PUT",
                        "/v1/projects/there/secrets/db_url",
                        "{\"value\":\"" + "x".repeat(70_000) + "\"}",
                        413,
                        "secret-invalid",
                        "65536"),
                row(
                        "F16",
                        "PUT",
                        "/v1/projects/there/secrets/1a",
                        "{\"value\":\"x\"}",
                        422,
                        "secret-invalid",
                        "letters"),
                row(
                        "F17",
                        "PATCH",
                        "/v1/projects/there/env",
                        "{\"set\":{\"LD_PRELOAD\":\"x\"}}",
                        422,
                        "env-invalid",
                        "reserved"),
                row(
                        "C18",
                        "PUT",
                        "/v1/projects/there/files/main.py",
                        "{\"content\":\"x\",\"parent\":\"" + "0".repeat(40) + "\"}",
                        409,
                        "commit-conflict",
                        ""),
                row(
                        "A11",
                        "POST",
                        "/v1/projects",
                        "{\"name\":\"" + "x".repeat(1 << 20) + "\"}",
                        413,
                        "body-too-large",
                        "1048576"));
    }

    private static String files(String path) {
        return "{\"files\":{\"" + path + "\":\"x\"},\"projectName\":\"x\"}";
    }

    private static String config(String yaml) {
        return "{\"files\":{\"main.py\":\"\",\"backend.yml\":\"" + yaml + "\"},\"projectName\":\"x\"}";
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("bodies")
    void aBadBodyIsRefused(String row, String method, String path, String body, int status, String slug, String says) {
        Answer answer =
                http.json(method, path.replace("ID", deployment), body, ALICE).isProblem(status, slug);

        assertThat(answer.body()).contains(says);
    }

    static Stream<Arguments> credentials() {
        return Stream.of(
                row("B1", new String[] {}, "not-authenticated", "Bearer realm=\"backendim\""),
                row("B1", new String[] {"Authorization", "Basic YTpi"}, "token-invalid", "invalid_token"),
                row("B2", new String[] {"Authorization", "Bearer expired"}, "token-expired", "invalid_token"),
                row("B3", new String[] {"Authorization", "Bearer nonsense"}, "token-invalid", "invalid_token"),
                row(
                        "B3",
                        new String[] {"Authorization", "Bearer " + "x".repeat(9_000)},
                        "token-invalid",
                        "invalid_token"));
    }

    @ParameterizedTest(name = "{0} {2}")
    @MethodSource("credentials")
    void aBadTokenIsRefusedWithAChallenge(String row, String[] headers, String slug, String challenge) {
        Answer answer = http.get("/v1/projects", headers).isProblem(401, slug);

        assertThat(answer.header("WWW-Authenticate")).contains(challenge);
    }

    @Test
    void aWrongKeyIsRefused() {
        http.json("POST", "/api/auth/login", "{\"key\":\"bim_wrong\"}").isProblem(401, "bad-credentials");
    }

    @Test
    void aBodyWithoutJsonTypeIsRefused() {
        byte[] body = "<name/>".getBytes(StandardCharsets.UTF_8);

        http.send("POST", "/v1/projects", body, HttpProbe.with(ALICE, "Content-Type", "text/xml"))
                .isProblem(415, "unsupported-media-type");
        http.send("POST", "/v1/projects", body, ALICE).isProblem(415, "unsupported-media-type");
        http.send("POST", "/v1/deployments", body, HttpProbe.with(ALICE, "Content-Type", "text/xml"))
                .isProblem(415, "unsupported-media-type");
    }

    @Test
    void whoTakesNoJsonGetsNone() {
        http.get("/v1/projects", HttpProbe.with(ALICE, "Accept", "text/html")).isProblem(406, "not-acceptable");
        http.get("/v1/projects", HttpProbe.with(ALICE, "Accept", "text/html, */*;q=0.1"))
                .is(200);
    }

    @Test
    void aCompressedBodyIsRefused() {
        String[] json = HttpProbe.with(ALICE, "Content-Type", "application/json");

        Answer answer = http.send(
                "POST", "/v1/projects", new byte[] {1, 2, 3}, HttpProbe.with(json, "Content-Encoding", "gzip"));

        assertThat(answer.is(415).text("/code")).isEqualTo("unsupported-encoding");
    }

    static Stream<Arguments> forms() {
        return Stream.of(
                row("C15 none", List.<Object[]>of(new Object[] {"project", "x"}), 400, "bad-multipart", "source"),
                row(
                        "C15 two",
                        List.of(new Object[] {"source", SOURCE}, new Object[] {"source", SOURCE}),
                        400,
                        "bad-multipart",
                        "two parts"),
                row(
                        "C15 unknown",
                        List.of(new Object[] {"source", SOURCE}, new Object[] {"surprise", "x"}),
                        400,
                        "bad-multipart",
                        "surprise"),
                row(
                        "C14 no archive",
                        List.of(new Object[] {"source", "hello"}, new Object[] {"project", "x"}),
                        422,
                        "bad-archive",
                        ""),
                row(
                        "F5 large config",
                        List.of(new Object[] {"source", SOURCE}, new Object[] {"config", "x".repeat(70_000)}),
                        413,
                        "body-too-large",
                        ""),
                row(
                        "A11 large source",
                        List.of(new Object[] {"project", "x"}, new Object[] {"source", new byte[5 << 20]}),
                        413,
                        "body-too-large",
                        "4 MiB"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("forms")
    void aBadFormIsRefusedAndLeavesNothing(String row, List<Object[]> parts, int status, String slug, String says)
            throws Exception {
        Answer answer = http.multipart("/v1/deployments", parts, ALICE).isProblem(status, slug);

        assertThat(answer.body()).contains(says);
        if (Files.exists(folder.resolve("spool"))) {
            try (Stream<Path> left = Files.list(folder.resolve("spool"))) {
                assertThat(left).isEmpty();
            }
        }
    }

    @Test
    void aFormThatBreaksOffIsRefused() {
        byte[] whole = HttpProbe.multipartBody(List.<Object[]>of(new Object[] {"source", SOURCE}));
        byte[] cut = java.util.Arrays.copyOf(whole, whole.length - 40);
        String[] headers = HttpProbe.with(ALICE, "Content-Type", "multipart/form-data; boundary=b0undary");

        http.send("POST", "/v1/deployments", cut, headers).isProblem(400, "bad-multipart");
        http.send("POST", "/v1/deployments", whole, HttpProbe.with(ALICE, "Content-Type", "multipart/form-data"))
                .isProblem(400, "bad-multipart");
    }

    static Stream<Arguments> sockets() {
        return Stream.of(
                row(
                        "G1",
                        "",
                        new String[] {"Authorization", "Bearer alice", "Origin", "https://evil.example"},
                        403,
                        "origin-denied"),
                row("G1", "", new String[] {"Authorization", "Bearer alice", "Origin", "null"}, 403, "origin-denied"),
                row("G2", "", new String[] {}, 401, "not-authenticated"),
                row("G2", "&ticket=used", new String[] {}, 401, "ticket-invalid"),
                row("G3", "", new String[] {"Authorization", "Bearer bob"}, 404, "not-found"),
                row("G5", "&since=9999", ALICE, 410, "events-gone"),
                row("A18", "&since=x", ALICE, 400, "bad-parameter"));
    }

    @ParameterizedTest(name = "{0} {4}")
    @MethodSource("sockets")
    void aWebSocketThatMayNotBeIsRefusedBeforeItOpens(
            String row, String query, String[] headers, int status, String slug) throws Exception {
        StringBuilder request = new StringBuilder("GET /ws?deploymentId=" + deployment + query + " HTTP/1.1\r\n"
                + "Host: 127.0.0.1:" + server.port() + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        for (int at = 0; at < headers.length; at += 2) {
            request.append(headers[at]).append(": ").append(headers[at + 1]).append("\r\n");
        }
        try (java.net.Socket socket = new java.net.Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 " + status).contains("\"code\":\"" + slug + "\"");
        }
    }
}
