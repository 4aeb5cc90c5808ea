package im.backend.route.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.backend.domain.Endpoint;
import im.backend.route.Draining;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Event streams, WebSockets and large bodies: what flows instead of being asked and answered. */
final class StreamsTest {
    private static final String HOST = RunningProxy.HOST.value();
    private static final String WEB_SOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final HttpClient http = HttpClient.newHttpClient();

    @AfterEach
    void closeWebSockets() {
        http.shutdownNow();
    }

    @Test
    void eachEventArrivesWhenItIsSent() throws IOException {
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> {
                    out.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n".getBytes());
                    for (int i = 0; i < 20; i++) {
                        out.write(("data: " + System.nanoTime() + "\n\n").getBytes());
                        out.flush();
                        LockSupport.parkNanos(20_000_000);
                    }
                    throw new IOException("hang up");
                });
                RunningProxy proxy = RunningProxy.start(ProxyLimits.defaults()).to(app);
                RawSocket client = proxy.connect()) {
            client.send("GET /events HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");

            long worstNanos = 0;
            for (int i = 0; i < 20; i++) {
                String event = client.readUntil("\n\n");
                long sent = Long.parseLong(
                        event.substring(event.lastIndexOf("data: ") + 6).strip());
                worstNanos = Math.max(worstNanos, System.nanoTime() - sent);
            }

            assertThat(Duration.ofNanos(worstNanos)).isLessThan(Duration.ofMillis(200));
        }
    }

    @Test
    void anEventStreamMayPauseLongerThanAReply() throws IOException {
        Duration pause = RunningProxy.shortLimits().apps().idle().multipliedBy(2);
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> {
                    String type = seen.requestLine().contains("events") ? "text/event-stream" : "text/plain";
                    out.write(("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\n\r\nfirst\n").getBytes());
                    out.flush();
                    LockSupport.parkNanos(pause.toNanos());
                    out.write("last".getBytes());
                    out.flush();
                    throw new IOException("hang up");
                });
                RunningProxy proxy =
                        RunningProxy.start(RunningProxy.shortLimits()).to(app)) {
            String request = " HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n";

            assertThat(proxy.answerTo("GET /events" + request)).contains("first", "last");
            assertThat(proxy.answerTo("GET /text" + request)).contains("first").doesNotContain("last");
        }
    }

    @Test
    void anAppLearnsThatTheReaderOfItsEventsHasGone() throws IOException {
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> {
                    out.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n".getBytes());
                    while (true) {
                        out.write("data: x\n\n".getBytes());
                        out.flush();
                        LockSupport.parkNanos(10_000_000);
                    }
                });
                RunningProxy proxy = RunningProxy.start(ProxyLimits.defaults()).to(app)) {
            try (RawSocket client = proxy.connect()) {
                client.send("GET /events HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n")
                        .readUntil("data: x");
            }

            await().atMost(Duration.ofSeconds(3)).until(() -> app.openConnections() == 0);
        }
    }

    @Test
    void aWebSocketEchoesBothWays() throws Exception {
        try (RecordingApp app = echo();
                RunningProxy proxy = RunningProxy.start(ProxyLimits.defaults()).to(app)) {
            Messages messages = new Messages();
            WebSocket socket = open(proxy, messages);
            for (int i = 0; i < 50; i++) {
                socket.sendText("message " + i, true).get(5, TimeUnit.SECONDS);
                assertThat(messages.texts.poll(5, TimeUnit.SECONDS)).isEqualTo("message " + i);
            }
            socket.sendText("x".repeat(100_000), true).get(5, TimeUnit.SECONDS);

            assertThat(messages.texts.poll(5, TimeUnit.SECONDS)).hasSize(100_000);
        }
    }

    @Test
    void aQuietWebSocketIsKept() throws Exception {
        try (RecordingApp app = echo();
                RunningProxy proxy =
                        RunningProxy.start(RunningProxy.shortLimits()).to(app)) {
            Messages messages = new Messages();
            WebSocket socket = open(proxy, messages);

            assertThat(messages.texts.poll(2_500, TimeUnit.MILLISECONDS)).isNull();
            socket.sendText("still there", true).get(5, TimeUnit.SECONDS);

            assertThat(messages.texts.poll(5, TimeUnit.SECONDS)).isEqualTo("still there");
        }
    }

    @Test
    void drainingWaitsForAWebSocketAndThenEndsItPolitely() throws Exception {
        try (RecordingApp app = echo();
                RunningProxy proxy = RunningProxy.start(ProxyLimits.defaults()).to(app)) {
            Messages messages = new Messages();
            WebSocket socket = open(proxy, messages);
            Draining draining = proxy.proxy().publish(RunningProxy.LITERAL_HOST, List.of(new Endpoint("127.0.0.1", 1)));
            socket.sendText("old release", true).get(5, TimeUnit.SECONDS);
            assertThat(messages.texts.poll(5, TimeUnit.SECONDS)).isEqualTo("old release");

            assertThat(draining.await(Duration.ofMillis(200))).isFalse();

            assertThat(messages.closed.get(5, TimeUnit.SECONDS)).isEqualTo(1001);
            assertThat(draining.await(Duration.ofSeconds(5))).isTrue();
        }
    }

    @Test
    void aReplyOf101ThatNobodyAskedForOpensNoTunnel() throws IOException {
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> {
                    out.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nhello"
                            .getBytes());
                    out.flush();
                });
                RunningProxy proxy = RunningProxy.start(ProxyLimits.defaults()).to(app)) {
            assertThat(proxy.answerTo(
                            "GET / HTTP/1.1\r\nHost: " + HOST + "\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"))
                    .doesNotContain("hello");
        }
    }

    @Test
    void aHundredMebibytesStreamUpWithoutMemory() throws Exception {
        long megabytes = 95;
        ProxyLimits standard = ProxyLimits.defaults();
        try (RecordingApp app = RecordingApp.start(
                        (seen, in, out) -> RecordingApp.reply(out, "200 OK", "", "got " + seen.readBody(in)));
                RunningProxy proxy = RunningProxy.start(standard).to(app);
                RawSocket sized = proxy.connect();
                RawSocket chunked = proxy.connect()) {
            byte[] block = new byte[1 << 20];
            byte[] chunk = ("100000\r\n" + "a".repeat(1 << 20) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            long before = usedHeap();

            sized.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: " + (megabytes << 20) + "\r\n\r\n");
            chunked.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < megabytes; i++) {
                sized.send(block);
                chunked.send(chunk);
            }
            long grown = usedHeap() - before;
            chunked.send("0\r\n\r\n");

            assertThat(sized.readUntil("got " + (megabytes << 20))).startsWith("HTTP/1.1 200");
            assertThat(chunked.readUntil("got " + (megabytes << 20))).startsWith("HTTP/1.1 200");
            assertThat(grown).as("heap bytes held").isLessThan(24L << 20);
        }
    }

    @Test
    void anUploadReachesTheAppBeforeItEnds() throws IOException {
        CompletableFuture<Integer> first = new CompletableFuture<>();
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> {
                    first.complete(in.read());
                    in.readNBytes(9);
                    RecordingApp.reply(out, "200 OK", "", "hi");
                });
                RunningProxy proxy = RunningProxy.start(ProxyLimits.defaults()).to(app);
                RawSocket client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 10\r\n\r\na");

            await().atMost(Duration.ofSeconds(5)).until(first::isDone);
            assertThat(client.send("bcdefghij").readUntil("hi")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aWebSocketThatTheAppRefusesIsRefused() throws Exception {
        try (RecordingApp app =
                        RecordingApp.start((seen, in, out) -> RecordingApp.reply(out, "403 Forbidden", "", "no"));
                RunningProxy proxy = RunningProxy.start(ProxyLimits.defaults()).to(app)) {
            assertThatThrownBy(() -> open(proxy, new Messages())).hasMessageContaining("WebSocketHandshakeException");
        }
    }

    private WebSocket open(RunningProxy proxy, Messages messages) throws Exception {
        return http.newWebSocketBuilder()
                .buildAsync(proxy.uri("ws", "/ws"), messages)
                .get(5, TimeUnit.SECONDS);
    }

    /** Speaks just enough of RFC 6455: agrees, then gives each client frame back unmasked. */
    private static RecordingApp echo() throws IOException {
        return RecordingApp.start((seen, in, out) -> {
            out.write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Accept: "
                            + accept(seen.all("Sec-WebSocket-Key").getFirst()) + "\r\n\r\n")
                    .getBytes());
            out.flush();
            for (int first = in.read(); first >= 0; first = in.read()) {
                int small = in.read() & 0x7f;
                byte[] extended = in.readNBytes(small == 126 ? 2 : small == 127 ? 8 : 0);
                long length = extended.length == 0 ? small : unsigned(extended);
                byte[] mask = in.readNBytes(4);
                byte[] payload = in.readNBytes((int) length);
                for (int i = 0; i < payload.length; i++) {
                    payload[i] ^= mask[i % 4];
                }
                out.write(first);
                out.write(small);
                out.write(extended);
                out.write(payload);
                out.flush();
            }
            throw new IOException("client is gone");
        });
    }

    private static long unsigned(byte[] bytes) {
        long value = 0;
        for (byte b : bytes) {
            value = value << 8 | b & 0xff;
        }
        return value;
    }

    private static String accept(String key) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1")
                            .digest((key + WEB_SOCKET_GUID).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static final class Messages implements WebSocket.Listener {
        private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final List<CharSequence> parts = new ArrayList<>();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            parts.add(data.toString());
            if (last) {
                texts.add(String.join("", parts));
                parts.clear();
            }
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.completeExceptionally(error);
        }
    }
}
