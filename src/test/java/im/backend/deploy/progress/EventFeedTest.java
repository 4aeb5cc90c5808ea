package im.backend.deploy.progress;

import static im.backend.deploy.TestPlatform.ADMIN;
import static im.backend.deploy.TestPlatform.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.deploy.Deployments;
import im.backend.deploy.TestPlatform;
import im.backend.domain.Caller;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentId;
import im.backend.domain.LoggedEvent;
import im.backend.domain.UserName;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.store.DeploymentLog;
import im.backend.store.StoreSamples;
import im.backend.store.Stores;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFeedTest {
    private static final Caller STRANGER = new Caller(new UserName("eve"), Caller.Role.MEMBER);

    private final Stores stores = Stores.inMemory(Clock.systemUTC());
    private final DeploymentLog log = stores.deployments();
    private final ProgressHub hub = new ProgressHub(log);
    private final Journal journal = new Journal(log, hub);
    private DeploymentId id;

    @BeforeEach
    void open() {
        stores.projects().create(StoreSamples.SHOP);
        Deployment deployment =
                StoreSamples.deployment(StoreSamples.SHOP, Clock.systemUTC().instant());
        id = log.open(deployment, StoreSamples.QUEUED, Optional.empty()).id();
    }

    @Test
    void aWatcherGetsWhatWasAndWhatComesInOrder() throws Exception {
        say("one");
        try (EventFeed feed = hub.open(id, 0)) {
            say("two");
            assertThat(sequences(feed, 3)).containsExactly(1L, 2L, 3L);
            say("three");
            assertThat(sequences(feed, 1)).containsExactly(4L);
        }
    }

    @Test
    void aWatcherThatComesBackGetsOnlyWhatItHasNotSeen() throws Exception {
        say("one");
        say("two");

        try (EventFeed feed = hub.open(id, 2)) {
            assertThat(sequences(feed, 1)).containsExactly(3L);
        }
    }

    @Test
    void nothingComesForATimeAndThenSomethingDoes() throws Exception {
        try (EventFeed feed = hub.open(id, 1)) {
            assertThat(feed.next(Duration.ofMillis(20))).isEmpty();
            Thread.ofVirtual().start(() -> say("late"));
            assertThat(feed.next(LONG)).map(LoggedEvent::sequence).contains(2L);
        }
    }

    @Test
    void aSlowWatcherMissesNothingAndHoldsLittle() throws Exception {
        try (EventFeed feed = hub.open(id, 0)) {
            sequences(feed, 1);
            int count = EventFeed.QUEUED_MAX * 3;
            for (int at = 0; at < count; at++) {
                say("line " + at);
            }
            assertThat(sequences(feed, count))
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(2, count + 1).boxed().toList());
        }
    }

    @Test
    void theFeedEndsWithTheDeployment() throws Exception {
        try (EventFeed feed = hub.open(id, 0)) {
            journal.append(id, StoreSamples.failed());
            sequences(feed, 2);

            assertThat(feed.ended()).isTrue();
            assertThat(feed.next(LONG)).isEmpty();
        }
    }

    @Test
    void aClosedFeedIsForgotten() {
        EventFeed feed = hub.open(id, 0);
        assertThat(hub.watchers(id)).isEqualTo(1);

        feed.close();

        assertThat(hub.watchers(id)).isZero();
    }

    @Test
    void fiveThousandWatchersAllSeeEverything() throws Exception {
        List<Future<List<Long>>> seen = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int at = 0; at < 5_000; at++) {
                EventFeed feed = hub.open(id, 0);
                seen.add(threads.submit(() -> {
                    try (feed) {
                        return sequences(feed, 21);
                    }
                }));
            }
            for (int at = 0; at < 20; at++) {
                say("line " + at);
            }
            List<Long> all = LongStream.rangeClosed(1, 21).boxed().toList();
            for (Future<List<Long>> one : seen) {
                assertThat(one.get()).isEqualTo(all);
            }
        }
    }

    @Test
    void strangersAndThoseWhoAskForTooMuchAreRefused(@TempDir Path folder) {
        try (TestPlatform platform = TestPlatform.started(folder)) {
            Deployments deployments = platform.engine().deployments();
            Deployment ended = platform.deploy("one");

            assertThatThrownBy(() -> deployments.watch(STRANGER, ended.id(), 0))
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            refused -> assertThat(refused.problem()).isInstanceOf(Problem.NotFound.class));
            assertThatThrownBy(() -> deployments.watch(ADMIN, ended.id(), ended.lastSequence() + 1))
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            refused -> assertThat(refused.problem().slug()).isEqualTo("events-gone"));
            try (EventFeed feed = deployments.watch(ADMIN, ended.id(), ended.lastSequence())) {
                assertThat(feed.ended()).isTrue();
            }
        }
    }

    private void say(String line) {
        journal.append(id, new DeploymentEvent.Output(List.of(line)));
    }

    private static List<Long> sequences(EventFeed feed, int count) throws InterruptedException {
        List<Long> sequences = new ArrayList<>();
        while (sequences.size() < count) {
            sequences.add(feed.next(LONG).orElseThrow().sequence());
        }
        return sequences;
    }
}
