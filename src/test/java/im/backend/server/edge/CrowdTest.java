package im.backend.server.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.backend.route.proxy.RawSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Too many connections or requests at once. */
final class CrowdTest {
    private static final String HELLO = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void oneConnectionTooManyIsClosedAndItsPlaceIsFreeAgainLater() throws IOException {
        EdgeLimits limits =
                EdgeLimits.defaults().withConnections(new EdgeLimits.Connections(20, 100, Duration.ofSeconds(60)));
        try (HardenedServer server = HardenedServer.start(limits)) {
            List<RawSocket> crowd = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                RawSocket client = server.connect();
                client.send(HELLO).readUntil("hello");
                crowd.add(client);
            }

            try (RawSocket refused = server.connect()) {
                assertThat(refused.readToEnd()).isEmpty();
            }
            for (RawSocket client : crowd) {
                client.close();
            }
            await().atMost(Duration.ofSeconds(5)).until(() -> server.edge().openConnections() == 0);

            try (RawSocket client = server.connect()) {
                assertThat(client.send(HELLO).readUntil("hello")).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void requestsBeyondTheQueueAreAnsweredBusyAtOnce() throws IOException {
        EdgeLimits limits = EdgeLimits.defaults().withRequests(new EdgeLimits.Requests(2, 1, Duration.ofSeconds(5)));
        try (HardenedServer server = HardenedServer.start(limits)) {
            List<RawSocket> crowd = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                crowd.add(server.connect().send("GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
            }
            List<String> answers = new ArrayList<>();
            for (RawSocket client : crowd) {
                answers.add(client.readToEnd());
                client.close();
            }

            // The library's queue takes one more than it is told.
            assertThat(answers)
                    .filteredOn(answer -> answer.startsWith("HTTP/1.1 200"))
                    .hasSizeBetween(3, 4);
            assertThat(answers)
                    .filteredOn(answer -> answer.startsWith("HTTP/1.1 503"))
                    .hasSizeBetween(6, 7)
                    .allMatch(answer -> answer.contains("\"code\":\"busy\"") && answer.contains("Retry-After: 5"));
        }
    }
}
