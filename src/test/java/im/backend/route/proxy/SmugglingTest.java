package im.backend.route.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that two readers could split differently: the app must never see the one that is hidden inside. */
final class SmugglingTest {
    private static final String HOST = "Host: " + RunningProxy.HOST + "\r\n";
    private static final String HIDDEN = "GET /hidden HTTP/1.1\r\n" + HOST + "\r\n";
    private static final String CHUNKED = "0\r\n\r\n" + HIDDEN;
    private static RecordingApp app;
    private static RunningProxy proxy;

    @BeforeAll
    static void start() throws IOException {
        app = RecordingApp.start((seen, in, out) -> {
            seen.readBody(in);
            RecordingApp.reply(out, "200 OK", "", "hi");
        });
        proxy = RunningProxy.start(RunningProxy.shortLimits()).to(app);
    }

    @AfterAll
    static void stop() throws IOException {
        proxy.close();
        app.close();
    }

    static Stream<String> ambiguouslyFramed() {
        List<String> requests = new ArrayList<>();
        for (String encoding : List.of(
                "chunked",
                "Chunked",
                " chunked",
                "chunked ",
                "\tchunked",
                "xchunked",
                "chunkedx",
                "chunked, identity",
                "identity, chunked",
                "gzip, chunked",
                "chunked, chunked",
                "\"chunked\"",
                "chunked;a=b",
                "chunk",
                "cow",
                "chunked,",
                ",chunked",
                "\u000bchunked",
                "identity")) {
            requests.add(post("Content-Length: " + CHUNKED.length() + "\r\nTransfer-Encoding:" + encoding, CHUNKED));
        }
        for (String lengths : List.of(
                "Content-Length: 0\r\nContent-Length: 90",
                "Content-Length: 90\r\nContent-Length: 0",
                "Content-Length: 0, 90",
                "Content-Length: +0",
                "Content-Length: -1",
                "Content-Length: 0x0",
                "Content-Length: 0;a",
                "Content-Length: 1e1",
                "Content-Length:\u000b0",
                "Content-Length: 0 0",
                "Content-Length: ",
                "Content-Length: 99999999999999999999")) {
            requests.add(post(lengths, HIDDEN));
        }
        for (String encodings : List.of(
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: identity",
                "Transfer-Encoding: cow",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked, cow",
                "Transfer-Encoding: gzip",
                "Transfer-Encoding: \"chunked\"",
                "Transfer-Encoding: chunked;q=1",
                "Transfer-Encoding:\u000bchunked",
                "Transfer_Encoding: chunked",
                "X: y\r\n Transfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\n\r\n\u0000")) {
            requests.add(post(encodings, CHUNKED));
        }
        requests.add("POST /seen HTTP/1.1\r\n" + HOST + "Host: other.localhost\r\nContent-Length: 0\r\n\r\n");
        requests.add("POST http://other.localhost/seen HTTP/1.1\r\n" + HOST + "Content-Length: 0\r\n\r\n");
        requests.add("POST /seen HTTP/1.1\r\n" + HOST + "Connection: Content-Length\r\nContent-Length: "
                + HIDDEN.length() + "\r\n\r\n" + HIDDEN);
        requests.add("POST /seen HTTP/1.1\r\n" + HOST
                + "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n"
                + Integer.toHexString(HIDDEN.length()) + "\r\n" + HIDDEN + "\r\n0\r\n\r\n");
        requests.add("GET /seen HTTP/1.1\r\n" + HOST + "Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: "
                + HIDDEN.length() + "\r\n\r\n" + HIDDEN);
        requests.add("GET /seen HTTP/1.1\r\n" + HOST + "Content-Length: " + HIDDEN.length() + "\r\n\r\n" + HIDDEN);
        requests.add("CONNECT my-api.localhost:80 HTTP/1.1\r\n" + HOST + "\r\n" + HIDDEN);
        return requests.stream();
    }

    static Stream<String> sloppyChunks() {
        return Stream.of(
                        "0x0\r\n\r\n",
                        "-0\r\n\r\n",
                        "+0\r\n\r\n",
                        " 0\r\n\r\n",
                        "0\n\n",
                        "0 \r\n\r\n",
                        "g\r\n\r\n",
                        "\r\n\r\n",
                        "ffffffffffffffff\r\n\r\n",
                        "1\r\naXX0\r\n\r\n",
                        "1\r\na\n0\r\n\r\n",
                        "5;a=\r\nhello\r\n0\r\nX: y\r\n\r\n")
                .map(chunks -> post("Transfer-Encoding: chunked", chunks + HIDDEN));
    }

    @ParameterizedTest
    @MethodSource("ambiguouslyFramed")
    void theAppNeverSeesTheHiddenRequest(String request) throws IOException {
        int before = app.seen().size();

        answersTo(request);

        assertThat(app.seen().subList(before, app.seen().size()))
                .hasSizeLessThanOrEqualTo(1)
                .noneMatch(seen -> seen.requestLine().contains("/hidden"));
    }

    /** The proxy writes chunks anew, so what it takes for a second request is one for the app too, and is answered as one. */
    @ParameterizedTest
    @MethodSource("sloppyChunks")
    void whatFollowsSloppyChunksIsSplitInOnePlaceOnly(String request) throws IOException {
        int before = app.seen().size();

        int answers = answersTo(request);

        if (app.seen().subList(before, app.seen().size()).stream()
                .anyMatch(seen -> seen.requestLine().contains("/hidden"))) {
            assertThat(answers).isEqualTo(2);
        }
    }

    private static int answersTo(String request) throws IOException {
        try (RawSocket client = proxy.connect()) {
            client.send(request).endOutput();
            return client.readToEnd().split("HTTP/1\\.[01] \\d", -1).length - 1;
        }
    }

    private static String post(String framing, String body) {
        return "POST /seen HTTP/1.1\r\n" + HOST + framing + "\r\n\r\n" + body;
    }
}
