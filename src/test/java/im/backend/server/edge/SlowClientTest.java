package im.backend.server.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.route.proxy.RawSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Clients that send or read too slowly, against limits short enough to wait for. */
@Execution(ExecutionMode.CONCURRENT)
final class SlowClientTest {
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final Duration IDLE = Duration.ofMillis(1_200);
    private static final String TIMEOUT = "HTTP/1.1 408";
    private static HardenedServer server;

    @BeforeAll
    static void startServer() {
        EdgeLimits standard = EdgeLimits.defaults();
        server = HardenedServer.start(standard.withConnections(new EdgeLimits.Connections(60, 100, IDLE))
                .withHead(new EdgeLimits.Head(8_192, 16_384, 100, SHORT))
                .withBody(new EdgeLimits.Body(SHORT, 1_024, List.of("/git/")))
                .withReply(new EdgeLimits.Reply(SHORT, 1 << 20)));
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void aSilentConnectionIsEnded() throws IOException {
        try (RawSocket client = server.connect()) {
            assertThat(client.readToEnd()).startsWith(TIMEOUT).contains("request-timeout");
        }
    }

    @Test
    void aTricklingRequestLineIsEnded() throws IOException {
        assertTrickleIsEnded("", "GET /hello");
    }

    @Test
    void aTricklingHeaderIsEnded() throws IOException {
        assertTrickleIsEnded("GET /hello HTTP/1.1\r\nHost: a\r\nX-", "abcdefghij");
    }

    @Test
    void tricklingHeaderLinesAreEnded() throws IOException {
        try (RawSocket client = server.connect()) {
            client.send("GET /hello HTTP/1.1\r\nHost: a\r\n");
            for (int i = 0; i < 20 && client.trySend("X-" + i + ": a\r\n"); i++) {
                pause();
            }

            assertThat(client.readToEnd()).startsWith(TIMEOUT);
        }
    }

    @Test
    void aTricklingBodyIsEnded() throws IOException {
        assertTrickleIsEnded("POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n", "abcdefghij");
    }

    @Test
    void tricklingChunksAreEnded() throws IOException {
        try (RawSocket client = server.connect()) {
            client.send("POST /length HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 20 && client.trySend("1\r\na\r\n"); i++) {
                pause();
            }

            assertThat(client.readToEnd()).startsWith(TIMEOUT);
        }
    }

    @Test
    void aBodyJustFastEnoughIsTaken() throws IOException {
        try (RawSocket client = server.connect()) {
            client.send("POST /length HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5000\r\n\r\n");
            for (int i = 0; i < 10; i++) {
                client.send("a".repeat(500));
                pause();
            }

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200").endsWith("5000");
        }
    }

    @Test
    void aTricklingSecondRequestIsEnded() throws IOException {
        try (RawSocket client = server.connect()) {
            client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("hello");
            for (int i = 0; i < 10 && client.trySend("GET /hello".substring(i, i + 1)); i++) {
                pause();
            }

            assertThat(client.readToEnd()).startsWith(TIMEOUT);
        }
    }

    @Test
    void anIdleConnectionIsKeptForItsTimeAndThenClosed() throws IOException {
        try (RawSocket client = server.connect()) {
            client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("hello");

            assertThat(client.staysOpenFor(SHORT.multipliedBy(2))).isTrue();
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void anUpgradeOnAPlainRouteGivesNoMoreTime() throws IOException {
        assertTrickleIsEnded(
                "POST /length HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 100\r\n\r\n",
                "abcdefghij");
    }

    @Test
    void aSlowRouteIsNotTheClientsFault() throws IOException {
        try (RawSocket client = server.connect()) {
            client.send("GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200").endsWith("slow");
        }
    }

    @Test
    void aReaderThatStallsIsDropped() throws IOException {
        try (RawSocket client = server.connect()) {
            client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.read()).isEqualTo('H');
            await().atMost(Duration.ofSeconds(10))
                    .until(() ->
                            server.edge().openConnections() == 0 || server.bytesWritten() > 0 && isDropped(client));
        }
        assertThat(server.bytesWritten()).isLessThan(64L << 20);
    }

    @Test
    void anIdleWebSocketIsKept() throws IOException {
        try (RawSocket client = server.connect()) {
            client.send("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                    .readUntil("\r\n\r\n");

            assertThat(client.staysOpenFor(IDLE.multipliedBy(2))).isTrue();
            client.send(new byte[] {(byte) 0x81, (byte) 0x82, 0, 0, 0, 0, 'h', 'i'});

            assertThat(client.readUntil("hi")).endsWith("hi");
        }
    }

    private static boolean isDropped(RawSocket client) throws IOException {
        return !client.trySend("x");
    }

    private static void assertTrickleIsEnded(String start, String rest) throws IOException {
        try (RawSocket client = server.connect()) {
            long started = System.nanoTime();
            client.send(start);
            for (int i = 0; i < rest.length() && client.trySend(rest.substring(i, i + 1)); i++) {
                pause();
            }

            assertThat(client.readToEnd()).startsWith(TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(SHORT.multipliedBy(8));
        }
    }

    /** The attack itself is slow; this is its pace, not a wait for a result. */
    private static void pause() {
        LockSupport.parkNanos(SHORT.toNanos() / 4);
    }
}
