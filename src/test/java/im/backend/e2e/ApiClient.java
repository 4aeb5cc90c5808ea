package im.backend.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/** Calls of the HTTP API as a program would make them, with a fresh token when the old one is gone. */
final class ApiClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PackagedServer server;
    private String token = "";

    ApiClient(PackagedServer server) {
        this.server = server;
    }

    record Reply(int status, JsonNode body) {}

    void signIn() throws IOException, InterruptedException {
        token = send("POST", "/api/auth/login", Map.of("key", server.adminKey()), "")
                .body()
                .get("access_token")
                .asText();
    }

    Reply get(String path) throws IOException, InterruptedException {
        return send("GET", path, null, token);
    }

    Reply post(String path, Object body) throws IOException, InterruptedException {
        return send("POST", path, body, token);
    }

    Reply put(String path, Object body) throws IOException, InterruptedException {
        return send("PUT", path, body, token);
    }

    private Reply send(String method, String path, Object body, String bearer)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + path))
                .timeout(Duration.ofSeconds(30))
                .method(
                        method,
                        body == null
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofString(JSON.writeValueAsString(body)));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (!bearer.isEmpty()) {
            request.header("Authorization", "Bearer " + bearer);
        }
        HttpResponse<String> reply = server.send(request.build());
        return new Reply(reply.statusCode(), reply.body().isEmpty() ? JSON.nullNode() : JSON.readTree(reply.body()));
    }
}
