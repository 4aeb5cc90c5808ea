package im.backend.route.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What passes between a client and an app, and what does not. */
final class ReverseProxyTest {
    private static final String HOST = RunningProxy.HOST.value();

    @ParameterizedTest
    @ValueSource(strings = {"my-api.localhost", "MY-API.localhost", "my-api.localhost:8000", "my-api.localhost."})
    void aRequestReachesTheAppOfItsHost(String host) throws IOException {
        try (RecordingApp app = RecordingApp.saying("hi");
                RunningProxy proxy = running().to(app)) {
            String answer = proxy.answerTo("GET /a?b=c HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");

            assertThat(answer).startsWith("HTTP/1.1 200 OK").endsWith("hi");
            assertThat(app.seen().getFirst().requestLine()).isEqualTo("GET /a?b=c HTTP/1.1");
            assertThat(app.seen().getFirst().all("Host")).containsExactly(host);
        }
    }

    @Test
    void aProgramIsToldAboutAnUnknownHostAsAProblem() throws IOException {
        try (RunningProxy proxy = running()) {
            assertThat(proxy.get(""))
                    .startsWith("HTTP/1.1 421")
                    .contains("application/problem+json", "urn:backendim:problem:unknown-host", "backendim deploy");
        }
    }

    @Test
    void aPersonIsToldAboutAnUnknownHostOnAPage() throws IOException {
        try (RunningProxy proxy = running()) {
            assertThat(proxy.get("Accept: text/html,application/xhtml+xml\r\n"))
                    .startsWith("HTTP/1.1 421")
                    .contains("text/html", "<h1>No app here</h1>");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a%2fb", "/a/../b", "/a;x=1", "/%7Ea", "/a//b", "/a?b=%2F&c"})
    void thePathIsPassedAsItCame(String path) throws IOException {
        try (RecordingApp app = RecordingApp.saying("hi");
                RunningProxy proxy = running().to(app)) {
            proxy.answerTo("GET " + path + " HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n");

            assertThat(app.seen().getFirst().requestLine()).isEqualTo("GET " + path + " HTTP/1.1");
        }
    }

    @Test
    void whatConcernsOneConnectionOnlyIsNotPassedToTheApp() throws IOException {
        try (RecordingApp app = RecordingApp.saying("hi");
                RunningProxy proxy = running().to(app)) {
            proxy.answerTo("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n"
                    + "Connection: close, X-Secret, Authorization\r\n"
                    + "X-Secret: 1\r\n"
                    + "TE: trailers\r\n"
                    + "Keep-Alive: 1\r\n"
                    + "Proxy-Authorization: x\r\n"
                    + "Proxy-Connection: x\r\n"
                    + "Upgrade: h2c\r\n"
                    + "Trailer: x\r\n"
                    + "Authorization: Basic eA==\r\n"
                    + "X-Kept: 2\r\n\r\n");

            RecordingApp.Seen seen = app.seen().getFirst();
            for (String name : List.of(
                    "X-Secret", "TE", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Upgrade", "Trailer")) {
                assertThat(seen.all(name)).as(name).isEmpty();
            }
            assertThat(seen.all("X-Kept")).containsExactly("2");
            assertThat(seen.all("Authorization")).containsExactly("Basic eA==");
        }
    }

    @Test
    void whatConcernsOneConnectionOnlyIsNotPassedToTheClient() throws IOException {
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> RecordingApp.reply(
                        out,
                        "200 OK",
                        "Connection: close, X-Secret\r\n"
                                + "X-Secret: 1\r\n"
                                + "Keep-Alive: 1\r\n"
                                + "Proxy-Authenticate: x\r\n"
                                + "X-Kept: 2\r\n",
                        "hi"));
                RunningProxy proxy = running().to(app);
                RawSocket client = proxy.connect()) {
            String request = "GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n";

            String answer = client.send(request).readUntil("hi");
            String second = client.send(request).readUntil("hi");

            assertThat(answer).contains("X-Kept: 2").doesNotContain("X-Secret", "Keep-Alive:", "Proxy-Authenticate");
            assertThat(second).as("on the same connection").startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void theAppIsToldWhereTheRequestCameFromAndClientsCanNotForgeIt() throws IOException {
        try (RecordingApp app = RecordingApp.saying("hi");
                RunningProxy proxy = running().to(app)) {
            proxy.get("X-Forwarded-For: 6.6.6.6\r\n"
                    + "X-Forwarded-Host: evil\r\n"
                    + "X-Forwarded-Proto: https\r\n"
                    + "X-Forwarded-Port: 1\r\n"
                    + "X-Forwarded-Server: evil\r\n"
                    + "Forwarded: for=6.6.6.6\r\n"
                    + "X-Real-IP: 6.6.6.6\r\n"
                    + "X-Forwarded-Prefix: /evil\r\n");

            RecordingApp.Seen seen = app.seen().getFirst();
            assertThat(seen.all("X-Forwarded-For")).containsExactly("127.0.0.1");
            assertThat(seen.all("X-Forwarded-Host")).containsExactly(HOST);
            assertThat(seen.all("X-Forwarded-Proto")).containsExactly("http");
            assertThat(seen.head()).doesNotContain("evil", "6.6.6.6");
        }
    }

    @Test
    void theAppIsToldThroughWhomTheRequestCame() throws IOException {
        try (RecordingApp app = RecordingApp.saying("hi");
                RunningProxy proxy = running().to(app)) {
            proxy.get("");
            proxy.get("Via: 1.1 cdn\r\n");

            assertThat(app.seen().getFirst().all("Via")).containsExactly("1.1 backendim");
            assertThat(String.join(", ", app.seen().getLast().all("Via"))).isEqualTo("1.1 cdn, 1.1 backendim");
        }
    }

    @Test
    void thePlatformsCredentialsAreNotPassedAndTheAppsOwnAre() throws IOException {
        try (RecordingApp app = RecordingApp.saying("hi");
                RunningProxy proxy = running().to(app)) {
            proxy.get("Authorization: Bearer bim_0123456789\r\nCookie: a=1; __Host-backendim-session=secret; b=2\r\n");
            proxy.get("Authorization: Bearer app-token\r\nCookie: a=1\r\n");

            assertThat(app.seen().get(0).all("Authorization")).isEmpty();
            assertThat(app.seen().get(0).all("Cookie")).containsExactly("a=1; b=2");
            assertThat(app.seen().get(1).all("Authorization")).containsExactly("Bearer app-token");
            assertThat(app.seen().get(1).all("Cookie")).containsExactly("a=1");
        }
    }

    @Test
    void chunkedAndUnboundedRepliesArrive() throws IOException {
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> {
                    if (seen.requestLine().contains("chunked")) {
                        out.write(
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
                                        .getBytes());
                    } else {
                        out.write("HTTP/1.1 200 OK\r\n\r\nto the end".getBytes());
                        out.flush();
                        throw new IOException("hang up");
                    }
                });
                RunningProxy proxy = running().to(app)) {
            assertThat(proxy.answerTo("GET /chunked HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n"))
                    .contains("3\r\nabc\r\n", "2\r\nde\r\n");
            assertThat(proxy.answerTo("GET /end HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n"))
                    .contains("to the end");
        }
    }

    @Test
    void expectContinueGoesToTheAppAndItsRefusalComesBack() throws IOException {
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> {
                    if (seen.requestLine().contains("refuse")) {
                        RecordingApp.reply(out, "417 Expectation Failed", "", "no");
                    } else {
                        out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes());
                        out.flush();
                        seen.readBody(in);
                        RecordingApp.reply(out, "200 OK", "", "got " + seen.text());
                    }
                });
                RunningProxy proxy = running().to(app);
                RawSocket client = proxy.connect();
                RawSocket refused = proxy.connect()) {
            String head = " HTTP/1.1\r\nHost: " + HOST + "\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";

            client.send("POST /take" + head).readUntil("100 Continue\r\n\r\n");
            assertThat(client.send("abc").readUntil("got abc")).startsWith("HTTP/1.1 200");
            assertThat(refused.send("POST /refuse" + head).readUntil("no")).startsWith("HTTP/1.1 417");
        }
    }

    @Test
    void anEarlyRefusalOfABodyComesBack() throws IOException {
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> {
                    RecordingApp.reply(out, "413 Content Too Large", "Connection: close\r\n", "too large");
                    throw new IOException("hang up");
                });
                RunningProxy proxy = running().to(app);
                RawSocket client = proxy.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 1000000\r\n\r\n");
            client.trySend("a".repeat(1_000));

            assertThat(client.readUntil("too large")).startsWith("HTTP/1.1 413");
        }
    }

    @Test
    void anAppThatDoesNotListenIsNamed() throws IOException {
        try (RunningProxy proxy = running().to(new Endpoint("127.0.0.1", freePort()))) {
            assertThat(proxy.get("")).startsWith("HTTP/1.1 502").contains("app-unreachable", "backendim logs");
        }
    }

    @Test
    void anotherReplicaTakesTheRequestOfOneThatDoesNotListen() throws IOException {
        try (RecordingApp app = RecordingApp.saying("hi");
                RunningProxy proxy = running()) {
            proxy.proxy().publish(RunningProxy.HOST, List.of(new Endpoint("127.0.0.1", freePort()), app.endpoint()));

            for (int i = 0; i < 4; i++) {
                assertThat(proxy.get("")).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void anAppThatBreaksOffIsNamed() throws IOException {
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> {
                    throw new IOException("hang up");
                });
                RunningProxy proxy = running().to(app)) {
            assertThat(proxy.answerTo(post("3\r\n\r\nabc")))
                    .startsWith("HTTP/1.1 502")
                    .contains("app-no-answer");
            assertThat(app.seen()).as("a POST is not sent twice").hasSize(1);
        }
    }

    @Test
    void aPooledConnectionThatTheAppClosedIsNotTheClientsTrouble() throws IOException {
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> {
                    seen.readBody(in);
                    RecordingApp.reply(out, "200 OK", "", "once");
                    throw new IOException("hang up");
                });
                RunningProxy proxy = running().to(app);
                RawSocket client = proxy.connect()) {
            for (int i = 0; i < 10; i++) {
                assertThat(client.send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n")
                                .readUntil("once"))
                        .startsWith("HTTP/1.1 200");
                await().atMost(Duration.ofSeconds(2)).until(() -> app.openConnections() == 0);
                assertThat(client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nContent-Length: 1\r\n\r\na")
                                .readUntil("once"))
                        .startsWith("HTTP/1.1 200");
                await().atMost(Duration.ofSeconds(2)).until(() -> app.openConnections() == 0);
            }
        }
    }

    @Test
    void aBodyOverTheLimitIsRefused() throws IOException {
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> {
                    seen.readBody(in);
                    RecordingApp.reply(out, "200 OK", "", "hi");
                });
                RunningProxy proxy =
                        RunningProxy.start(RunningProxy.shortLimits()).to(app)) {
            assertThat(proxy.answerTo(post("1048577\r\n\r\n")))
                    .startsWith("HTTP/1.1 413")
                    .contains("body-too-large");
            try (RawSocket client = proxy.connect()) {
                client.send("POST / HTTP/1.1\r\nHost: " + HOST + "\r\nTransfer-Encoding: chunked\r\n\r\n");
                for (int i = 0; i < 20 && client.trySend("20000\r\n" + "a".repeat(0x20000) + "\r\n"); i++) {
                    // Goes on until the proxy hangs up.
                }
                client.trySend("0\r\n\r\n");

                assertThat(client.readToEnd()).doesNotContain("HTTP/1.1 200");
            }
        }
    }

    @Test
    void eachRequestIsMeteredOnceWithItsHostAndStatus() throws IOException {
        Map<String, Integer> served = new ConcurrentHashMap<>();
        RequestMeter meter = (host, status, duration) -> served.merge(host + " " + status, 1, Integer::sum);
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> RecordingApp.reply(
                        out, seen.requestLine().contains("bad") ? "500 Internal Server Error" : "200 OK", "", "hi"));
                RunningProxy proxy =
                        RunningProxy.start(ProxyLimits.defaults(), meter).to(app)) {
            proxy.get("");
            proxy.get("");
            proxy.answerTo("GET /bad HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n");
            proxy.answerTo("GET / HTTP/1.1\r\nHost: other.localhost\r\nConnection: close\r\n\r\n");

            await().atMost(Duration.ofSeconds(2)).until(() -> served.size() == 2);
            assertThat(served).containsExactlyInAnyOrderEntriesOf(Map.of(HOST + " 200", 2, HOST + " 500", 1));
        }
    }

    @Test
    void tenThousandHostsAreTenThousandRoutes() throws IOException {
        try (RecordingApp app = RecordingApp.saying("hi");
                RunningProxy proxy = running()) {
            for (int i = 0; i < 10_000; i++) {
                proxy.proxy().publish(new Hostname("app-" + i + ".localhost"), List.of(app.endpoint()));
            }

            assertThat(proxy.answerTo("GET / HTTP/1.1\r\nHost: app-9999.localhost\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void closingLetsTheRequestInFlightEnd() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (RecordingApp app = RecordingApp.start((seen, in, out) -> {
                    SlowPeersTest.waitFor(answer);
                    RecordingApp.reply(out, "200 OK", "", "hi");
                });
                RunningProxy proxy = running().to(app);
                RawSocket client = proxy.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n");
            await().atMost(Duration.ofSeconds(5)).until(() -> !app.seen().isEmpty());
            Thread closing = Thread.ofVirtual().start(proxy::close);
            answer.countDown();

            assertThat(client.readUntil("hi")).startsWith("HTTP/1.1 200");
            assertThat(closing.join(Duration.ofSeconds(3))).isTrue();
        }
    }

    private static String post(String rest) {
        return "POST / HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\nContent-Length: " + rest;
    }

    private static RunningProxy running() {
        return RunningProxy.start(ProxyLimits.defaults());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
