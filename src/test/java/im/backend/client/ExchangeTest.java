package im.backend.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import im.backend.problem.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ExchangeTest {
    private HttpServer server;

    @BeforeEach
    void open() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", request -> {
            request.getRequestBody().readAllBytes();
            byte[] answer =
                    "{\"code\":\"bad-credentials\",\"status\":401,\"detail\":\"The key is not one of this server.\"}"
                            .getBytes(StandardCharsets.UTF_8);
            request.getResponseHeaders().set("WWW-Authenticate", "Bearer");
            request.sendResponseHeaders(401, answer.length);
            request.getResponseBody().write(answer);
            request.close();
        });
        server.start();
    }

    @AfterEach
    void close() {
        server.stop(0);
    }

    @Test
    void whatTheServerSaysOfARefusedSignInIsHeard() throws IOException {
        JsonObject key = new JsonObject().with("key", "bim_wrong");

        Problem problem = Exchange.sendJson("POST", address(), Map.of(), key, Duration.ofSeconds(10))
                .problem();

        assertThat(problem.slug()).isEqualTo("bad-credentials");
        assertThat(problem.detail()).isEqualTo("The key is not one of this server.");
    }

    private URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/api/auth/login");
    }
}
