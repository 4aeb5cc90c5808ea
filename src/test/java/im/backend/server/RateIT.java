package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.api.http.ApiSettings;
import im.backend.server.HttpProbe.Answer;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.CountDownLatch;
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
                folder, new ApiSettings.Rates(40, 5, 2), new ApiSettings.Sockets(10, 2, Duration.ofMillis(200)));
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
        for (int i = 0; i < 2 * ApiFixture.WRONG_KEYS_PER_MINUTE; i++) {
            http.json("POST", "/api/auth/login", "{\"key\":\"alice-key\"}").is(200);
        }
        for (int i = 0; i < ApiFixture.WRONG_KEYS_PER_MINUTE; i++) {
            http.json("POST", "/api/auth/login", "{\"key\":\"guess\"}").is(401);
        }
        http.json("POST", "/api/auth/login", "{\"key\":\"guess\"}").isProblem(429, "rate-limited");
    }

    @Test
    void aThirdWatcherOfOneUserIsRefusedUntilOneGoes() {
        CountDownLatch released = new CountDownLatch(1);
        server.images.pauseUntil(released);
        String id = deploy("alice", "busy").is(202).text("/deploymentId");
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
        CountDownLatch released = new CountDownLatch(1);
        server.images.pauseUntil(released);
        String id = deploy("alice", "idle").is(202).text("/deploymentId");
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
        CountDownLatch released = new CountDownLatch(1);
        server.images.pauseUntil(released);
        String id = deploy("alice", "frame").is(202).text("/deploymentId");
        byte[] head = {(byte) 0x81, (byte) 0xff, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0};

        try (Socket socket = watch("/ws?deploymentId=" + id)) {
            socket.getOutputStream().write(head);
            byte[] answer = socket.getInputStream().readAllBytes();

            assertThat(answer).startsWith("HTTP/1.1 101".getBytes(StandardCharsets.US_ASCII));
            assertThat(answer).endsWith((byte) 0x88, 2, 0x03, 0xf1);
        }
        released.countDown();
    }

    @Test
    void aWatcherThatDoesNotReadIsToldToComeBackWhenTooMuchWaits() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        server.images.pauseUntil(released);
        server.images.say(Collections.nCopies(20_000, "x".repeat(1_500)));
        String id = deploy("alice", "slow").is(202).text("/deploymentId");

        try (Socket socket = watch("/ws?output=true&deploymentId=" + id)) {
            released.countDown();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> http.get("/api/status/" + id, ContractIT.ALICE)
                            .text("/status")
                            .equals("complete"));
            // Its last line may have been written just now, and a watcher has half a second for one message.
            Awaitility.await().pollDelay(Duration.ofSeconds(1)).until(() -> true);

            assertThat(closeOf(socket)).isEqualTo("\u0003\u00f5too slow; watch again with since");
        }
    }

    /** Code and reason of the server's last frame. */
    private static String closeOf(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        for (String line = "x"; !line.isEmpty(); ) {
            line = in.readLine();
        }
        while (true) {
            int first = in.readUnsignedByte();
            int length = in.readUnsignedByte();
            byte[] payload = new byte
                    [switch (length) {
                        case 126 -> in.readUnsignedShort();
                        case 127 -> Math.toIntExact(in.readLong());
                        default -> length;
                    }];
            in.readFully(payload);
            if (first == 0x88) {
                return new String(payload, StandardCharsets.ISO_8859_1);
            }
        }
    }

    private Socket watch(String target) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
        socket.setSoTimeout(10_000);
        socket.getOutputStream()
                .write(("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + server.port()
                                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nAuthorization: Bearer alice\r\n"
                                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }
}
