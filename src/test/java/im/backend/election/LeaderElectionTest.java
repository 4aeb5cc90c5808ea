package im.backend.election;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.QuietLogs;
import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.cluster.FakeCluster;
import im.backend.cluster.Faults;
import im.backend.cluster.Kind;
import im.backend.cluster.ObjectKey;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two servers and one Lease; only the last of the three times of its terms is short enough to be waited for. */
@Tag("slow")
@Timeout(60)
class LeaderElectionTest {
    private static final LeaseTerms TERMS =
            new LeaseTerms(Duration.ofSeconds(1), Duration.ofMillis(700), Duration.ofMillis(50));
    private static final Duration LONG = Duration.ofSeconds(15);
    private static final Address LEASE = Address.in("backendim", "leader");
    private static final ObjectKey KEY = new ObjectKey(Kind.LEASE, LEASE.namespace(), LEASE.name());

    @RegisterExtension
    static final QuietLogs QUIET = new QuietLogs("im.backend.election");

    @TempDir
    private Path folder;

    private final List<AutoCloseable> opened = new ArrayList<>();
    private FakeCluster fake;

    private static final class Server {
        final AtomicInteger losses = new AtomicInteger();
        final LeaderElection election;
        private volatile boolean dead;

        Server(Cluster cluster, String name, Clock clock) {
            this.election = new LeaderElection(cluster, LEASE, name, TERMS, mortal(clock), losses::incrementAndGet);
        }

        private Clock mortal(Clock clock) {
            return new Clock() {
                @Override
                public ZoneId getZone() {
                    return clock.getZone();
                }

                @Override
                public Clock withZone(ZoneId zone) {
                    return clock.withZone(zone);
                }

                @Override
                public Instant instant() {
                    if (dead) {
                        throw new IllegalStateException("dead");
                    }
                    return clock.instant();
                }
            };
        }

        Server start() {
            election.start();
            return this;
        }

        /** As kill -9 does: from now on it writes nothing more, because it needs the time for that. */
        void kill() {
            dead = true;
        }
    }

    @BeforeEach
    void open() {
        fake = new FakeCluster(folder).start();
        Cluster cluster = cluster();
        cluster.apply(Kind.NAMESPACE, new V1Namespace().metadata(new V1ObjectMeta().name(LEASE.namespace())));
    }

    @AfterEach
    void close() throws Exception {
        fake.faults().none();
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        fake.close();
    }

    @Test
    void theFirstLeadsAndTheSecondStandsBy() throws InterruptedException {
        Server first = server("first").start();
        assertThat(first.election.awaitLeadership()).isTrue();
        Server second = server("second").start();

        await().atMost(LONG)
                .until(() -> second.election.holder().filter("first"::equals).isPresent());
        await().during(TERMS.duration().multipliedBy(2)).atMost(LONG).until(() -> !second.election.leads());

        assertThat(first.election.leads()).isTrue();
        assertThat(lease().at("/spec/holderIdentity").asText()).isEqualTo("first");
        assertThat(lease().at("/spec/leaseTransitions").asInt()).isZero();
    }

    @Test
    void timesAreWrittenAsTheApiServerReadsThem() throws InterruptedException {
        Instant even = Instant.parse("2026-11-22T08:00:00Z");
        Server first = server("first", Clock.fixed(even, ZoneOffset.UTC)).start();
        first.election.awaitLeadership();

        assertThat(lease().at("/spec/renewTime").asText()).matches("2026-11-22T08:00:00\\.[0-9]{6}Z");
        assertThat(lease().at("/spec/acquireTime").asText()).matches(".*\\.[0-9]{6}Z");
    }

    @Test
    void afterALeadersDeathTheSecondTakesOver() throws InterruptedException {
        Server first = server("first").start();
        first.election.awaitLeadership();
        Server second = server("second").start();
        await().atMost(LONG).until(() -> second.election.holder().isPresent());
        long killed = System.nanoTime();

        first.kill();
        assertThat(second.election.awaitLeadership()).isTrue();

        Duration took = Duration.ofNanos(System.nanoTime() - killed);
        assertThat(took).isBetween(TERMS.renewWithin(), TERMS.duration().multipliedBy(3));
        assertThat(lease().at("/spec/holderIdentity").asText()).isEqualTo("second");
        assertThat(lease().at("/spec/leaseTransitions").asInt()).isEqualTo(1);
    }

    @Test
    void anOrderlyEndHandsOverAtOnce() throws InterruptedException {
        Server first = server("first").start();
        first.election.awaitLeadership();
        Server second = server("second").start();
        await().atMost(LONG).until(() -> second.election.holder().isPresent());
        long closed = System.nanoTime();

        first.election.close();
        assertThat(second.election.awaitLeadership()).isTrue();

        assertThat(Duration.ofNanos(System.nanoTime() - closed)).isLessThan(TERMS.renewWithin());
        assertThat(first.losses).hasValue(0);
    }

    @Test
    void aLeaderThatCanNotRenewStopsBeforeAnotherBegins() throws InterruptedException {
        Server first = server("first").start();
        first.election.awaitLeadership();
        Server second = server("second").start();
        await().atMost(LONG).until(() -> second.election.holder().isPresent());

        fake.faults().on("*", "leases", new Faults.Fault.Answer(500, 0), 0, 1_000_000);
        await().atMost(LONG).until(() -> first.losses.get() == 1);

        assertThat(first.election.leads()).isFalse();
        assertThat(second.election.leads()).isFalse();
        fake.faults().none();
        assertThat(second.election.awaitLeadership()).isTrue();
        assertThat(first.losses).hasValue(1);
    }

    @Test
    void anAttemptThatHangsDoesNotKeepALeaderLeading() throws InterruptedException {
        Server first = server("first").start();
        first.election.awaitLeadership();

        fake.faults().on("get", "leases", new Faults.Fault.Slow(Duration.ofSeconds(5)), 0, 1_000_000);

        await().atMost(TERMS.duration().multipliedBy(2)).until(() -> first.losses.get() == 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {-3600, 3600})
    void aClockThatIsWrongChangesNothing(int seconds) throws InterruptedException {
        Server first = server("first").start();
        first.election.awaitLeadership();
        Server second = server("second", Clock.offset(Clock.systemUTC(), Duration.ofSeconds(seconds)))
                .start();

        await().during(TERMS.duration().multipliedBy(2)).atMost(LONG).until(() -> !second.election.leads());
        assertThat(first.election.leads()).isTrue();

        first.election.close();
        assertThat(second.election.awaitLeadership()).isTrue();
        Server third = server("third").start();
        await().during(TERMS.duration().multipliedBy(2)).atMost(LONG).until(() -> !third.election.leads());
        assertThat(second.election.leads()).isTrue();
    }

    @Test
    void aLeaseThatSomebodyDeletesIsMadeAnewByItsHolder() throws InterruptedException {
        Server first = server("first").start();
        first.election.awaitLeadership();
        Server second = server("second").start();
        await().atMost(LONG).until(() -> second.election.holder().isPresent());

        fake.store().remove(KEY);

        await().atMost(LONG).until(() -> fake.store().get(KEY).isPresent());
        await().during(TERMS.duration().multipliedBy(2)).atMost(LONG).until(() -> !second.election.leads());
        assertThat(first.losses).hasValue(0);
    }

    @Test
    void aLeaseThatSomebodyGivesToAnotherEndsTheLeader() throws InterruptedException {
        Server first = server("first").start();
        first.election.awaitLeadership();

        fake.store().change(KEY, object -> {
            ((ObjectNode) object.at("/spec")).put("holderIdentity", "second");
            return object;
        });

        await().atMost(LONG).until(() -> first.losses.get() == 1);
    }

    /** Looks every millisecond whether two lead, while calls fail in every way and leaders are killed. */
    @ParameterizedTest
    @MethodSource("faults")
    void thereAreNeverTwoLeaders(Faults.Fault fault) throws InterruptedException {
        Server first = server("first").start();
        Server second = server("second").start();
        await().atMost(LONG).until(() -> first.election.leads() || second.election.leads());
        for (String verb : List.of("get", "replace")) {
            for (int skip = 0; skip < 60; skip += 3) {
                fake.faults().on(verb, "leases", fault, skip, 2);
            }
        }

        AtomicInteger both = new AtomicInteger();
        long end = System.nanoTime() + TERMS.duration().multipliedBy(3).toNanos();
        Server killed = first.election.leads() ? first : second;
        boolean dead = false;
        while (System.nanoTime() < end) {
            both.addAndGet(first.election.leads() && second.election.leads() ? 1 : 0);
            if (!dead
                    && end - System.nanoTime()
                            < TERMS.duration().multipliedBy(2).toNanos()) {
                dead = true;
                killed.kill();
            }
            Thread.sleep(1);
        }

        assertThat(both).hasValue(0);
        fake.faults().none();
        Server other = killed == first ? second : first;
        await().atMost(LONG).until(() -> other.election.leads() || other.losses.get() > 0);
    }

    private static List<Arguments> faults() {
        return List.of(
                Arguments.of(new Faults.Fault.Answer(409, 0)),
                Arguments.of(new Faults.Fault.Answer(429, 1)),
                Arguments.of(new Faults.Fault.Answer(500, 0)),
                Arguments.of(new Faults.Fault.CutBefore()),
                Arguments.of(new Faults.Fault.CutAfter()),
                Arguments.of(new Faults.Fault.CutWithin()),
                Arguments.of(new Faults.Fault.Slow(Duration.ofMillis(350))));
    }

    private ObjectNode lease() {
        return fake.store().get(KEY).orElseThrow();
    }

    private Server server(String name) {
        return server(name, Clock.systemUTC());
    }

    private Server server(String name, Clock clock) {
        Server server = new Server(cluster(), name, clock);
        opened.add(server.election);
        return server;
    }

    private Cluster cluster() {
        Cluster cluster = Cluster.open(ClusterSettings.of(fake.kubeconfig())
                .withPatience(Duration.ZERO)
                .withCallTimeout(Duration.ofMillis(300)));
        opened.add(cluster);
        return cluster;
    }
}
