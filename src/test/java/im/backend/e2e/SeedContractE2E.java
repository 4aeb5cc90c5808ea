package im.backend.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The seeds' contract as a stranger's tools see it: curl, and a WebSocket client from npm. */
@Tag("slow")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class SeedContractE2E {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> STATUSES = List.of(
            "queued",
            "committing",
            "creating_namespace",
            "creating_pvc",
            "building",
            "deploying",
            "health_check",
            "complete");

    @RegisterExtension
    static final PackagedServer server = new PackagedServer();

    @TempDir
    Path folder;

    @Test
    void curlDeploysAFileMapAndAWebSocketFollowsEveryStatusOnce() throws Exception {
        Assumptions.assumeTrue(Programs.present("curl", "node", "npm"), "curl, node and npm are needed");
        String token = curl("POST", "/api/auth/login", "{\"key\":\"" + server.adminKey() + "\"}", "")
                .get("access_token")
                .asText();
        assertThat(curl("GET", "/api/auth/verify", "", token).get("valid").asBoolean())
                .isTrue();

        JsonNode accepted = curl(
                "POST",
                "/api/deploy",
                "{\"files\":{\"index.html\":\"<p>seed</p>\"},\"projectId\":\"admin-seed\"}",
                token);

        assertThat(accepted.properties().stream().map(Map.Entry::getKey))
                .containsExactlyInAnyOrder("deploymentId", "projectId", "commitHash", "status", "websocketUrl");
        assertThat(accepted.get("projectId").asText()).isEqualTo("admin-seed");
        assertThat(accepted.get("status").asText()).isEqualTo("queued");
        List<JsonNode> messages = follow(accepted.get("websocketUrl").asText(), token);
        assertThat(messages)
                .extracting(message -> message.get("status").asText())
                .isEqualTo(STATUSES);
        assertThat(messages)
                .allSatisfy(message -> assertThat(message.get("commitHash").asText())
                        .isEqualTo(accepted.get("commitHash").asText()));
        assertThat(messages.getLast().get("url").asText()).contains("seed");
        await().atMost(Duration.ofSeconds(5))
                .until(() -> curl(
                                "GET",
                                "/api/status/" + accepted.get("deploymentId").asText(),
                                "",
                                token)
                        .get("status")
                        .asText()
                        .equals("complete"));
        assertThat(server.app("seed", "/").body()).contains("seed");
    }

    private JsonNode curl(String method, String path, String body, String token) throws IOException {
        List<String> command = new ArrayList<>(List.of("curl", "-s", "-X", method, server.url() + path));
        if (!body.isEmpty()) {
            command.addAll(List.of("-H", "Content-Type: application/json", "-d", body));
        }
        if (!token.isEmpty()) {
            command.addAll(List.of("-H", "Authorization: Bearer " + token));
        }
        return JSON.readTree(
                Ran.run(folder, Map.of(), Duration.ofSeconds(30), command).ok().out());
    }

    private List<JsonNode> follow(String url, String token) throws IOException {
        Path client = folder.resolve("client");
        Folders.write(client.resolve("package.json"), "{\"dependencies\":{\"ws\":\"8\"}}");
        Folders.write(client.resolve("follow.js"), """
            const WebSocket = require("ws");
            const [url, token] = process.argv.slice(2);
            const socket = new WebSocket(url, { headers: { Authorization: `Bearer ${token}` } });
            socket.on("message", (message) => {
              console.log(String(message));
              if (["complete", "failed"].includes(JSON.parse(message).status)) socket.close();
            });
            socket.on("error", (error) => { console.error(error); process.exit(1); });
            """);
        Ran.run(client, Map.of(), Duration.ofMinutes(1), List.of("npm", "install", "--no-audit", "--no-fund"))
                .ok();
        List<JsonNode> messages = new ArrayList<>();
        for (String line : Ran.run(client, Map.of(), Duration.ofMinutes(1), List.of("node", "follow.js", url, token))
                .ok()
                .out()
                .lines()
                .toList()) {
            messages.add(JSON.readTree(line));
        }
        return messages;
    }
}
