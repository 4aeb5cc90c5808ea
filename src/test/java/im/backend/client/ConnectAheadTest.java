package im.backend.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConnectAheadTest {
    private final Queue<String> asked = new ConcurrentLinkedQueue<>();
    private final Queue<InetSocketAddress> clients = new ConcurrentLinkedQueue<>();

    @TempDir
    Path folder;

    private HttpServer server;

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI().getPath());
            clients.add(exchange.getRemoteAddress());
            exchange.getRequestBody().readAllBytes();
            byte[] reply = "{}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, reply.length);
            exchange.getResponseBody().write(reply);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    @Test
    void anUploadGoesOverTheConnectionThatWasOpenedAhead() {
        BackendClient client = client("http://127.0.0.1:" + server.getAddress().getPort());
        client.connectAhead();
        await().atMost(Duration.ofSeconds(10)).until(() -> clients.size() == 1);
        // The answer has been read to its end only when its thread is done.
        await().atMost(Duration.ofSeconds(10))
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("connect")));

        client.deploy(new DeployUpload(Map.of("project", "shop"), out -> out.write(1)));

        assertThat(asked).containsExactly("/healthz", "/v1/deployments");
        assertThat(clients.stream().distinct()).hasSize(1);
    }

    private BackendClient client(String url) {
        Map<String, String> environment = Map.of(
                "HOME",
                folder.toString(),
                "XDG_CONFIG_HOME",
                folder.toString(),
                "XDG_DATA_HOME",
                folder.toString(),
                Credentials.TOKEN_VARIABLE,
                "a.signed.token");
        return new BackendClient(
                URI.create(url), new Credentials(environment, Clock.systemUTC()), Duration.ofSeconds(10));
    }
}
