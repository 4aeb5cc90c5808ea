package im.backend.route.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import im.backend.route.Draining;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RouteTableTest {
    private static final Hostname HOST = new Hostname("my-api.localhost");

    private final Pools pools = new Pools(ProxyLimits.defaults().apps(), 2);
    private final RouteTable table = new RouteTable(endpoint -> new Upstream(endpoint, pools));

    @ParameterizedTest
    @CsvSource({
        "my-api.localhost, my-api.localhost",
        "My-API.LocalHost, my-api.localhost",
        "my-api.localhost:8000, my-api.localhost",
        "my-api.localhost., my-api.localhost",
        "MY-API.localhost.:8000, my-api.localhost",
        "[::1]:8000, [::1]",
        "[::1], [::1]",
        "'', ''",
        ":8000, ''",
        "., ''"
    })
    void aHostHasOneSpelling(String header, String expected) {
        assertThat(RouteTable.canonical(header)).isEqualTo(expected);
    }

    @Test
    void endpointsTakeTheRequestsInTurn() {
        table.publish(HOST, endpoints(9_000, 9_001, 9_002));

        List<Integer> ports = Stream.generate(() -> table.enter("my-api.localhost:8000"))
                .limit(6)
                .map(entry -> entry.upstream().endpoint().port())
                .toList();

        assertThat(ports).containsExactly(9_000, 9_001, 9_002, 9_000, 9_001, 9_002);
    }

    @Test
    void aKeptEndpointKeepsItsRequestsInFlightAndIsNotDrained() throws InterruptedException {
        table.publish(HOST, endpoints(9_000, 9_001));
        Upstream kept = table.enter(HOST.value()).upstream();

        Draining draining = table.publish(HOST, endpoints(9_000));

        assertThat(draining.await(Duration.ZERO)).isTrue();
        assertThat(table.find(HOST).orElseThrow().upstreams()).containsExactly(kept);
        assertThat(kept.inFlight()).isEqualTo(1);
    }

    @Test
    void hostsThatLeadToOneEndpointShareItsConnections() {
        Hostname other = new Hostname("my-api-admin.localhost");
        table.publish(HOST, endpoints(9_000));
        table.publish(other, endpoints(9_000));
        var shared = table.enter(HOST.value()).upstream().pool();

        assertThat(table.enter(other.value()).upstream().pool()).isSameAs(shared);
        table.withdraw(HOST);
        table.publish(HOST, endpoints(9_000));
        assertThat(table.enter(HOST.value()).upstream().pool()).isSameAs(shared);
        table.withdraw(HOST);
        table.withdraw(other);
        table.publish(HOST, endpoints(9_000));
        assertThat(table.enter(HOST.value()).upstream().pool()).isNotSameAs(shared);
    }

    @Test
    void anUnknownHostIsNotEntered() {
        assertThat(table.enter("other.localhost")).isNull();
    }

    @Test
    void noRequestIsOnItsWayToAnEndpointThatWasDrained() throws InterruptedException {
        AtomicBoolean running = new AtomicBoolean(true);
        AtomicLong violations = new AtomicLong();
        List<AtomicBoolean> drained =
                Stream.generate(AtomicBoolean::new).limit(300).toList();
        table.publish(HOST, endpoints(9_000));
        List<Thread> clients = Stream.generate(() -> Thread.ofPlatform().start(() -> {
                    while (running.get()) {
                        Upstream upstream = table.enter(HOST.value()).upstream();
                        if (drained.get(upstream.endpoint().port() - 9_000).get()) {
                            violations.incrementAndGet();
                        }
                        upstream.leave();
                    }
                }))
                .limit(2)
                .toList();

        for (int i = 1; i < drained.size(); i++) {
            Draining draining = table.publish(HOST, endpoints(9_000 + i));
            assertThat(draining.await(Duration.ofSeconds(5))).isTrue();
            drained.get(i - 1).set(true);
        }
        running.set(false);
        for (Thread client : clients) {
            client.join();
        }

        assertThat(violations).hasValue(0);
    }

    private static List<Endpoint> endpoints(int... ports) {
        return java.util.Arrays.stream(ports)
                .mapToObj(port -> new Endpoint("127.0.0.1", port))
                .toList();
    }
}
