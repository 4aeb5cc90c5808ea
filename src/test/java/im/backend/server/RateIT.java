package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.api.ApiSettings;
import im.backend.server.HttpProbe.Answer;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is metered, and what is not. */
class RateIT {
    @TempDir
    Path folder;

    private ApiFixture server;
    private HttpProbe http;

    @BeforeEach
    void start() {
        server = new ApiFixture(
                folder, new ApiSettings.Rates(40, 5, 3, 2), new ApiSettings.Sockets(10, 2, Duration.ofMillis(200)));
        http = new HttpProbe(server.uri());
    }

    @AfterEach
    void stop() {
        http.close();
        server.close();
    }

    private Answer deploy(String token, String name) {
        return http.json(
                "POST",
                "/api/deploy",
                ContractIT.FILES + "\"projectName\":\"" + name + "\"}",
                "Authorization",
                "Bearer " + token);
    }

    @Test
    void deploymentsAreMeteredPerUser() {
        deploy("alice", "one").is(202);
        deploy("alice", "two").is(202);

        Answer third = deploy("alice", "three").isProblem(429, "rate-limited");

        assertThat(Integer.parseInt(third.header("Retry-After"))).isBetween(1, 30);
        deploy("bob", "one").is(202);
    }

    @Test
    void requestsAreMeteredPerTokenAndHealthIsNot() {
        for (int i = 0; i < 40; i++) {
            http.get("/v1/projects", ContractIT.ALICE).is(200);
        }
        http.get("/v1/projects", ContractIT.ALICE).isProblem(429, "rate-limited");
        http.get("/v1/projects", "Authorization", "Bearer bob").is(200);
        for (int i = 0; i < 50; i++) {
            http.get("/healthz").is(200);
        }
    }

    @Test
    void onlyFailedSignInsAreMetered() {
        for (int i = 0; i < 10; i++) {
            http.json("POST", "/api/auth/login", "{\"key\":\"alice-key\"}").is(200);
        }
        for (int i = 0; i < 3; i++) {
            http.json("POST", "/api/auth/login", "{\"key\":\"guess\"}").is(401);
        }
        http.json("POST", "/api/auth/login", "{\"key\":\"guess\"}").isProblem(429, "rate-limited");
    }

    @Test
    void aThirdWatcherOfOneUserIsRefusedUntilOneGoes() {
        java.util.concurrent.CountDownLatch released = new java.util.concurrent.CountDownLatch(1);
        server.images.pauseUntil(released);
        String id = deploy("alice", "busy").is(202).json().path("deploymentId").asText();
        HttpProbe.Watching first = http.open("/ws?deploymentId=" + id, ContractIT.ALICE);
        http.open("/ws?deploymentId=" + id, ContractIT.ALICE);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> http.open("/ws?deploymentId=" + id, ContractIT.ALICE))
                .hasMessageContaining("WebSocket");

        first.socket().abort();

        Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
            HttpProbe.Watching another = http.open("/ws?deploymentId=" + id, ContractIT.ALICE);
            another.socket().abort();
        });
        released.countDown();
    }

    @Test
    void anIdleWatcherIsPingedAndStays() throws Exception {
        java.util.concurrent.CountDownLatch released = new java.util.concurrent.CountDownLatch(1);
        server.images.pauseUntil(released);
        String id = deploy("alice", "idle").is(202).json().path("deploymentId").asText();
        HttpProbe.Watching watching = http.open("/ws?deploymentId=" + id, ContractIT.ALICE);
        Awaitility.await()
                .until(() -> watching.messages().stream()
                        .anyMatch(message -> message.path("status").asText().equals("building")));
        long until = System.nanoTime() + Duration.ofMillis(1_500).toNanos();
        Awaitility.await().until(() -> System.nanoTime() > until);

        released.countDown();

        assertThat(watching.await().statuses()).isEqualTo(ContractIT.SEED_STATUSES);
    }

    @Test
    void aLargeFrameClosesTheWebSocket() throws Exception {
        java.util.concurrent.CountDownLatch released = new java.util.concurrent.CountDownLatch(1);
        server.images.pauseUntil(released);
        String id = deploy("alice", "frame").is(202).json().path("deploymentId").asText();
        byte[] head = {(byte) 0x81, (byte) 0xff, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0};

        try (java.net.Socket socket = new java.net.Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream()
                    .write(("GET /ws?deploymentId=" + id + " HTTP/1.1\r\nHost: 127.0.0.1:" + server.port()
                                    + "\r\n"
                                    + "Connection: Upgrade\r\n"
                                    + "Upgrade: websocket\r\n"
                                    + "Authorization: Bearer alice\r\n"
                                    + "Sec-WebSocket-Version: 13\r\n"
                                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            java.io.ByteArrayOutputStream read = new java.io.ByteArrayOutputStream();
            // Until the deployment waits in its build nothing more is told, so that the close comes alone.
            while (!read.toString(java.nio.charset.StandardCharsets.ISO_8859_1).contains("\"building\"")) {
                read.write(socket.getInputStream().read());
            }
            socket.getOutputStream().write(head);
            read.write(socket.getInputStream().readAllBytes());
            byte[] answer = read.toByteArray();

            assertThat(answer).startsWith("HTTP/1.1 101".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThat(answer).containsSequence(new byte[] {0x03, (byte) 0xf1});
        }
        released.countDown();
    }
}
