package im.backend.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What each {@link Router} promises to those who publish routes. */
public abstract class RouterContract {
    protected static final Hostname HOST = new Hostname("my-api.localhost");
    private static final Duration LONG = Duration.ofSeconds(5);
    private static final Duration SHORT = Duration.ofMillis(50);

    /** The router under test; the same one for the whole test. */
    protected abstract Router router();

    /** An endpoint that keeps the requests of {@link #openRequest} unanswered. */
    protected abstract Endpoint endpoint();

    /** Starts a request to the host; it is in flight when this returns and is finished by closing it. */
    protected abstract AutoCloseable openRequest(Hostname host) throws Exception;

    @Test
    void anUnknownHostPointsNowhere() {
        assertThat(router().endpoints(HOST)).isEmpty();
    }

    @Test
    void aPublishedHostPointsAtItsEndpointsInOrder() {
        List<Endpoint> endpoints = List.of(new Endpoint("127.0.0.1", 9001), new Endpoint("127.0.0.1", 9000));

        router().publish(HOST, endpoints);

        assertThat(router().endpoints(HOST)).isEqualTo(endpoints);
    }

    @Test
    void publishingAgainReplacesTheEndpoints() {
        router().publish(HOST, List.of(new Endpoint("127.0.0.1", 9000)));

        router().publish(HOST, List.of(new Endpoint("127.0.0.1", 9001)));

        assertThat(router().endpoints(HOST)).containsExactly(new Endpoint("127.0.0.1", 9001));
    }

    @Test
    void aRouteWithoutEndpointsIsRefused() {
        assertThatThrownBy(() -> router().publish(HOST, List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aWithdrawnHostPointsNowhere() {
        router().publish(HOST, List.of(new Endpoint("127.0.0.1", 9000)));

        router().withdraw(HOST);

        assertThat(router().endpoints(HOST)).isEmpty();
    }

    @Test
    void withdrawingAnUnknownHostDoesNothing() throws Exception {
        assertThat(router().withdraw(HOST).await(SHORT)).isTrue();
    }

    @Test
    void anIdleRouteIsDrainedAtOnce() throws Exception {
        router().publish(HOST, List.of(endpoint()));

        assertThat(router().withdraw(HOST).await(Duration.ZERO)).isTrue();
    }

    @Test
    void drainingWaitsForTheRequestInFlight() throws Exception {
        router().publish(HOST, List.of(endpoint()));
        AutoCloseable request = openRequest(HOST);
        Draining draining = router().publish(HOST, List.of(new Endpoint("127.0.0.1", 9001)));

        assertThat(draining.await(SHORT)).isFalse();
        CompletableFuture<Boolean> drained = CompletableFuture.supplyAsync(() -> awaitLong(draining));
        request.close();

        assertThat(drained.get(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void publishingTheSameEndpointsLeavesNothingToDrain() throws Exception {
        router().publish(HOST, List.of(endpoint()));
        try (AutoCloseable request = openRequest(HOST)) {
            assertThat(request).isNotNull();

            assertThat(router().publish(HOST, List.of(endpoint())).await(Duration.ZERO))
                    .isTrue();
        }
    }

    private static boolean awaitLong(Draining draining) {
        try {
            return draining.await(LONG);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
