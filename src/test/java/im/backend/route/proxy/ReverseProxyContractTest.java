package im.backend.route.proxy;

import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import im.backend.route.Router;
import im.backend.route.RouterContract;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The contract of the port, held by the real proxy with a request that hangs in a real app. */
final class ReverseProxyContractTest extends RouterContract {
    private final CountDownLatch answer = new CountDownLatch(1);
    private RecordingApp app;
    private RunningProxy running;

    @BeforeEach
    void start() throws IOException {
        app = RecordingApp.start((request, in, out) -> {
            awaitAnswer();
            RecordingApp.reply(out, "200 OK", "", "late");
        });
        running = RunningProxy.start(ProxyLimits.defaults());
    }

    @AfterEach
    void stop() throws IOException {
        running.close();
        app.close();
    }

    @Override
    protected Router router() {
        return running.proxy();
    }

    @Override
    protected Endpoint endpoint() {
        return app.endpoint();
    }

    @Override
    protected AutoCloseable openRequest(Hostname host) throws IOException {
        RawSocket client = running.connect();
        client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
        Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> !app.seen().isEmpty());
        return () -> {
            answer.countDown();
            client.readToEnd();
            client.close();
        };
    }

    private void awaitAnswer() throws IOException {
        try {
            if (!answer.await(10, TimeUnit.SECONDS)) {
                throw new IOException("nobody finished the request");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
