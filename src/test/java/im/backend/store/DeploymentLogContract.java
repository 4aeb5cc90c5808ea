package im.backend.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentId;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.LoggedEvent;
import im.backend.domain.Release;
import im.backend.domain.ReleaseVersion;
import im.backend.domain.SecretName;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.store.DeploymentLog.Idempotency;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each {@link DeploymentLog} must do. */
public abstract class DeploymentLogContract {
    private static final Instant FOREVER = Instant.MAX;

    protected final SettableClock clock = new SettableClock();
    private Stores stores;
    private DeploymentLog log;

    /** Empty ones, whose time is {@link #clock}. */
    protected abstract Stores open();

    @BeforeEach
    void openStores() {
        stores = open();
        log = stores.deployments();
        stores.projects().create(StoreSamples.SHOP);
        stores.projects().create(StoreSamples.BLOG);
    }

    @Test
    void anOpenedDeploymentIsFoundWithItsFirstEvent() {
        Deployment asked = StoreSamples.deployment(StoreSamples.SHOP, clock.instant());

        Deployment opened = log.open(asked, StoreSamples.QUEUED, Optional.empty());

        LoggedEvent first = new LoggedEvent(asked.id(), 1, clock.instant(), StoreSamples.QUEUED);
        assertThat(opened).isEqualTo(asked.apply(first));
        assertThat(log.find(asked.id())).contains(opened);
        assertThat(log.after(asked.id(), 0, 10)).containsExactly(first);
    }

    @Test
    void aDeploymentOfAnUnknownProjectIsRefused() {
        stores.projects().delete(StoreSamples.SHOP);

        assertProblem(Problem.NotFound.class, "not-found", this::opened);
    }

    @Test
    void anUnknownDeploymentIsNotFound() {
        DeploymentId unknown = new DeploymentId(UUID.randomUUID());

        assertThat(log.find(unknown)).isEmpty();
        assertThat(log.after(unknown, 0, 10)).isEmpty();
        assertProblem(Problem.NotFound.class, "not-found", () -> log.append(unknown, StoreSamples.failed()));
    }

    @Test
    void eachKindOfEventComesBackAsItWas() {
        Deployment deployment = opened();
        List<DeploymentEvent> events = List.of(
                new DeploymentEvent.Entered(DeploymentStatus.BUILDING, List.of()),
                new DeploymentEvent.Output(List.of("", "  spaces  ", "\"quoted\" \\ \u001b[0m ü 🚀 \u0000\r")),
                new DeploymentEvent.Resumed(2),
                StoreSamples.failed());

        List<LoggedEvent> logged = events.stream()
                .map(event -> {
                    clock.advance(Duration.ofMillis(3));
                    return log.append(deployment.id(), event);
                })
                .toList();

        assertThat(logged).extracting(LoggedEvent::sequence).containsExactly(2L, 3L, 4L, 5L);
        assertThat(logged).extracting(LoggedEvent::event).containsExactlyElementsOf(events);
        assertThat(log.after(deployment.id(), 1, 10)).containsExactlyElementsOf(logged);
    }

    @Test
    void theStateIsTheFoldOfTheEvents() {
        Deployment folded = opened();
        for (DeploymentEvent event : List.of(
                new DeploymentEvent.Entered(DeploymentStatus.COMMITTING, List.of("a")),
                new DeploymentEvent.Output(List.of("b")),
                new DeploymentEvent.Entered(DeploymentStatus.BUILDING, List.of("c")),
                new DeploymentEvent.Resumed(1),
                StoreSamples.failed())) {
            clock.advance(Duration.ofSeconds(1));
            folded = folded.apply(log.append(folded.id(), event));

            assertThat(log.find(folded.id())).contains(folded);
        }

        assertThat(folded.failure()).contains(StoreSamples.failed());
    }

    @Test
    void eventsArePagedFromASequence() {
        Deployment deployment = opened();
        for (int i = 2; i <= 30; i++) {
            log.append(deployment.id(), new DeploymentEvent.Output(List.of("line " + i)));
        }

        assertThat(log.after(deployment.id(), 10, 5))
                .extracting(LoggedEvent::sequence)
                .containsExactly(11L, 12L, 13L, 14L, 15L);
        assertThat(log.after(deployment.id(), 30, 5)).isEmpty();
    }

    @Test
    void anEventOfTheLargestSizeIsKept() {
        Deployment deployment = opened();
        DeploymentEvent.Output large = new DeploymentEvent.Output(
                Collections.nCopies(1000, "x".repeat(DeploymentLog.EVENT_CHARS_MAX / 1000 - 10)));

        LoggedEvent logged = log.append(deployment.id(), large);

        assertThat(log.after(deployment.id(), 1, 1)).containsExactly(logged);
    }

    @Test
    void nothingIsAppendedAfterTheEnd() {
        Deployment deployment = opened();
        log.append(deployment.id(), StoreSamples.failed());

        assertProblem(
                Problem.Conflict.class, "already-finished", () -> log.append(deployment.id(), StoreSamples.failed()));
        assertProblem(Problem.Conflict.class, "already-finished", () -> complete(deployment, 1));
        assertThat(log.after(deployment.id(), 0, 10)).hasSize(2);
        assertThat(stores.releases().latest(StoreSamples.SHOP)).isEmpty();
    }

    @Test
    void completingMakesTheReleaseLive() {
        Deployment deployment = opened();
        Release release = StoreSamples.release(deployment, 1, Map.of(new SecretName("db_url"), 4));

        LoggedEvent logged = log.complete(release, StoreSamples.completed(1));

        assertThat(logged.event()).isEqualTo(StoreSamples.completed(1));
        assertThat(log.find(deployment.id())).contains(deployment.apply(logged));
        assertThat(stores.projects().find(StoreSamples.SHOP).orElseThrow().live())
                .contains(new ReleaseVersion(1));
        assertThat(stores.releases().live()).containsExactly(release);
    }

    @Test
    void aTakenVersionCompletesNothing() {
        complete(opened(), 1);
        Deployment second = opened();

        assertProblem(Problem.Conflict.class, "release-exists", () -> complete(second, 1));

        assertThat(log.find(second.id())).contains(second);
        assertThat(log.after(second.id(), 1, 10)).isEmpty();
        assertThat(log.append(second.id(), StoreSamples.failed()).sequence()).isEqualTo(2);
    }

    @Test
    void listsAreNewestFirstAndPaged() {
        List<DeploymentId> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(opened().id());
            clock.advance(Duration.ofMillis(1));
        }
        log.open(StoreSamples.deployment(StoreSamples.BLOG, clock.instant()), StoreSamples.QUEUED, Optional.empty());

        List<Deployment> page = log.list(StoreSamples.SHOP, FOREVER, 3);
        List<Deployment> next = log.list(StoreSamples.SHOP, page.getLast().createdAt(), 3);

        assertThat(page).extracting(Deployment::id).containsExactly(ids.get(4), ids.get(3), ids.get(2));
        assertThat(next).extracting(Deployment::id).containsExactly(ids.get(1), ids.get(0));
    }

    @Test
    void thoseOfOneInstantAreListedLatestFirst() {
        DeploymentId first = opened().id();
        DeploymentId second = opened().id();

        assertThat(log.list(StoreSamples.SHOP, FOREVER, 10))
                .extracting(Deployment::id)
                .containsExactly(second, first);
    }

    @Test
    void unfinishedOnesAreListedOldestFirst() {
        Deployment first = opened();
        Deployment failed = opened();
        Deployment completed = opened();
        Deployment last = opened();
        log.append(failed.id(), StoreSamples.failed());
        complete(completed, 1);

        assertThat(log.unfinished()).containsExactly(first, last);
    }

    @Test
    void theSameRequestAgainIsAnsweredWithTheFirstDeployment() {
        Deployment first = open("key-1", "hash-a");
        LoggedEvent progress =
                log.append(first.id(), new DeploymentEvent.Entered(DeploymentStatus.COMMITTING, List.of()));

        Deployment again = open("key-1", "hash-a");

        assertThat(again).isEqualTo(first.apply(progress));
        assertThat(log.list(StoreSamples.SHOP, FOREVER, 10)).hasSize(1);
    }

    @Test
    void anotherRequestUnderAUsedKeyIsRefused() {
        open("key-1", "hash-a");

        assertProblem(Problem.Invalid.class, "idempotency-mismatch", () -> open("key-1", "hash-b"));
        assertThat(log.list(StoreSamples.SHOP, FOREVER, 10)).hasSize(1);
    }

    @Test
    void aKeyIsForgottenAfterADay() {
        Deployment first = open("key-1", "hash-a");
        clock.advance(DeploymentLog.IDEMPOTENCY_KEPT.minusSeconds(1));
        assertThat(open("key-1", "hash-a").id()).isEqualTo(first.id());
        clock.advance(Duration.ofSeconds(1));

        assertThat(open("key-1", "hash-b").id()).isNotEqualTo(first.id());
    }

    @Test
    void oneOfManyEqualRequestsAtOnceWins() throws Exception {
        List<Callable<DeploymentId>> requests =
                Collections.nCopies(12, () -> open("key-1", "hash-a").id());

        Set<DeploymentId> answers;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            answers =
                    threads.invokeAll(requests).stream().map(Future::resultNow).collect(Collectors.toSet());
        }

        assertThat(answers).hasSize(1);
        assertThat(log.list(StoreSamples.SHOP, FOREVER, 100)).hasSize(1);
    }

    private Deployment opened() {
        return log.open(
                StoreSamples.deployment(StoreSamples.SHOP, clock.instant()), StoreSamples.QUEUED, Optional.empty());
    }

    private Deployment open(String key, String hash) {
        return log.open(
                StoreSamples.deployment(StoreSamples.SHOP, clock.instant()),
                StoreSamples.QUEUED,
                Optional.of(new Idempotency(key, hash)));
    }

    private void complete(Deployment deployment, int version) {
        log.complete(StoreSamples.release(deployment, version, Map.of()), StoreSamples.completed(version));
    }

    private static void assertProblem(Class<? extends Problem> kind, String slug, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(ProblemException.class, refused -> {
            assertThat(refused.problem()).isInstanceOf(kind);
            assertThat(refused.problem().slug()).isEqualTo(slug);
        });
    }
}
