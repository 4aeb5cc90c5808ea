package im.backend.server.edge;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.route.proxy.RawSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the listener answers to requests that are malformed or ambiguous. */
final class EdgeTest {
    private static HardenedServer server;

    @BeforeAll
    static void startServer() {
        server = HardenedServer.start(EdgeLimits.defaults());
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void aPlainRequestIsServedAndTheConnectionStaysOpen() throws IOException {
        try (RawSocket client = server.connect()) {
            client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("hello");
            client.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");

            assertThat(client.readUntil("hello")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void pipelinedRequestsAreAllAnswered() throws IOException {
        String request = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
        try (RawSocket client = server.connect()) {
            client.send(request + request + "GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

            assertThat(client.readToEnd().split("HTTP/1.1 200")).hasSize(4);
        }
    }

    static Stream<String> ambiguousPaths() {
        return Stream.of(
                "/a%2fb",
                "/a%2Fb",
                "/%2e%2e/x",
                "/a/%2e/b",
                "/a%5cb",
                "/a\\b",
                "/a%00b",
                "/a%0ab",
                "/a%1fb",
                "/a%7fb",
                "/a%252fb",
                "/../x",
                "/a/../b",
                "/a/./b",
                "/a/..",
                "/%c3%28",
                "/%ff",
                "/%c0%af",
                "/%ed%a0%80",
                "/a;x=1/b",
                "//a",
                "/a//b",
                "/%zz",
                "/%4",
                "/%",
                "/caf\u00e9",
                "/a/..%2f..%2fx",
                "*",
                "/.%2e/x");
    }

    @ParameterizedTest
    @MethodSource("ambiguousPaths")
    void aPathWithSeveralSpellingsIsRefused(String path) throws IOException {
        assertThat(answerTo("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("\"bad-");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/hello", "/hello?a=%2f..%2f", "/hello?"})
    void aPlainPathPasses(String path) throws IOException {
        assertThat(answerTo("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/caf%C3%A9", "/a%20b/", "/v1/x.tar.gz", "/~a/b-c_d", "/..."})
    void anUnknownPlainPathIsNotFound(String path) throws IOException {
        assertThat(answerTo("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404")
                .contains("application/problem+json", "\"instance\":\"urn:backendim:request:");
    }

    static Stream<List<String>> malformed() {
        String host = "Host: a\r\n";
        return Stream.of(
                List.of("400", "bad-request", "G(T /hello HTTP/1.1\r\n" + host + "\r\n"),
                List.of("400", "bad-request", "GET /hello HTTP/1.1\r\n\r\n"),
                List.of("400", "bad-request", "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
                List.of("400", "bad-request", "GET /hello HTTP/1.1\nHost: a\n\n"),
                List.of("400", "bad-request", "GET /hello HTTP/1.1\r\nHost: a\r\n folded: x\r\n\r\n"),
                List.of("400", "bad-request", "GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
                List.of("414", "uri-too-long", "GET /" + "a".repeat(9_000) + " HTTP/1.1\r\n" + host + "\r\n"),
                List.of("414", "uri-too-long", "GET /hello?" + "a".repeat(9_000)),
                List.of("431", "headers-too-large", head("X: " + "a".repeat(17_000) + "\r\n\r\n")),
                List.of("431", "headers-too-large", head("X: a\r\n".repeat(101) + "\r\n")),
                List.of("431", "headers-too-large", head("X: " + "a".repeat(40_000))),
                List.of("421", "wrong-host", "GET http://b/hello HTTP/1.1\r\n" + host + "\r\n"),
                List.of("400", "bad-path", "GET http://a/hello HTTP/1.1\r\n" + host + "\r\n"),
                List.of("417", "expectation-failed", head("Expect: 200-ok\r\n\r\n")),
                List.of("415", "unsupported-encoding", post("Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")),
                List.of("400", "bad-framing", post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")),
                List.of("400", "bad-framing", post("Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc")),
                List.of("400", "bad-framing", post("Content-Length: +3\r\n\r\nabc")),
                List.of("400", "bad-framing", post("Content-Length: -3\r\n\r\nabc")),
                List.of("400", "bad-framing", post("Content-Length: 0x3\r\n\r\nabc")),
                List.of("400", "bad-framing", post("Content-Length: 3, 3\r\n\r\nabc")),
                List.of("400", "bad-framing", post("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")),
                List.of("400", "bad-framing", post("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n")),
                List.of(
                        "400",
                        "bad-framing",
                        post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")),
                List.of("400", "bad-framing", post("Transfer-Encoding: identity\r\n\r\nabc")),
                List.of("400", "bad-framing", post("Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n")),
                List.of("400", "bad-framing", post("Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n")),
                List.of("400", "bad-framing", post("Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n")),
                List.of("400", "bad-framing", post("Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nabc\r\n")),
                List.of("400", "bad-framing", post("Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n")),
                List.of("400", "bad-framing", post("Transfer-Encoding: chunked\r\n\r\n3\r\nabcXX0\r\n\r\n")),
                List.of(
                        "400",
                        "bad-framing",
                        post("Transfer-Encoding: chunked\r\n\r\n20001\r\n" + "a".repeat(0x20001) + "XX0\r\n\r\n")));
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aMalformedRequestIsRefusedWithinASecond(List<String> row) throws IOException {
        long started = System.nanoTime();

        String answer = answerTo(row.get(2));

        assertThat(answer)
                .startsWith("HTTP/1.1 " + row.get(0))
                .containsIgnoringCase("Content-Type: application/problem+json")
                .contains("\"type\":\"urn:backendim:problem:" + row.get(1) + "\"");
        assertThat(answer.split("HTTP/1.1 ")).as("one answer").hasSize(2);
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void aBodyCutShortIsRefused() throws IOException {
        try (RawSocket client = server.connect()) {
            client.send(post("Content-Length: 10\r\n\r\nabc")).endOutput();

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 400").contains("bad-framing");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.0\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"})
    void otherVersionsAreRefusedAloud(String request) throws IOException {
        assertThat(answerTo(request)).containsPattern("HTTP/1.1 (505|400)").contains("problem+json");
    }

    @Test
    void connectionCloseClosesAtOnce() throws IOException {
        long started = System.nanoTime();

        String answer = answerTo(head("Connection: close\r\n\r\n"));

        assertThat(answer).startsWith("HTTP/1.1 200").endsWith("hello");
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void chunksWithExtensionsArePlainChunks() throws IOException {
        String answer = answerTo(post(
                "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n3;name=value\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"));

        assertThat(answer).startsWith("HTTP/1.1 200").endsWith("5");
    }

    @Test
    void aCompressedBodyPassesWherePacksAreTaken() throws IOException {
        String answer = answerTo(
                "POST /git/length HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc");

        assertThat(answer).doesNotContain("unsupported-encoding");
    }

    @Test
    void expectContinueIsAnswered() throws IOException {
        try (RawSocket client = server.connect()) {
            client.send(post("Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"))
                    .readUntil("100 Continue\r\n\r\n");

            assertThat(client.send("abc").readUntil("\r\n\r\n3")).startsWith("HTTP/1.1 200");
        }
    }

    private static String head(String headers) {
        return "GET /hello HTTP/1.1\r\nHost: a\r\n" + headers;
    }

    private static String post(String rest) {
        return "POST /length HTTP/1.1\r\nHost: a\r\n" + rest;
    }

    private static String answerTo(String request) throws IOException {
        try (RawSocket client = server.connect()) {
            return client.send(request).readToEnd();
        }
    }

    @RepeatedTest(20)
    void theCloseOfALargeFrameIsWholeThoughAnotherThreadIsSending() throws IOException {
        byte[] head = {(byte) 0x81, (byte) 0xff, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0};
        try (RawSocket client = server.connect()) {
            client.send("GET /talk HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
            client.readUntil("message");

            client.send(head);

            int code = 0;
            while (code == 0) {
                int first = client.read();
                int length = client.read();
                if (first == 0x88) {
                    assertThat(length).isEqualTo(2);
                    code = client.read() << 8 | client.read();
                } else {
                    assertThat(first).isEqualTo(0x81);
                    assertThat(length).isEqualTo("message".length());
                    for (char expected : "message".toCharArray()) {
                        assertThat(client.read()).isEqualTo(expected);
                    }
                }
            }
            assertThat(code).isEqualTo(1009);
        }
    }

    @Test
    void aLargeFrameThatComesWithTheRequestIsClosedToo() throws IOException {
        try (RawSocket client = server.connect()) {
            String answer = client.send("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                            + "\u0081\u00ff\0\0\0\0\0\u0001\0\u0001\0\0\0\0")
                    .readToEnd();

            assertThat(answer).startsWith("HTTP/1.1 101").endsWith("\u0002\u0003\ufffd");
        }
    }
}
