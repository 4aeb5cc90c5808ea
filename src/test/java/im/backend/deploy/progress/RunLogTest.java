package im.backend.deploy.progress;

import static im.backend.deploy.TestPlatform.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.backend.deploy.Tap;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.LoggedEvent;
import im.backend.domain.SecretValue;
import im.backend.problem.Problem;
import im.backend.secret.Redactor;
import im.backend.store.DeploymentLog;
import im.backend.store.StoreSamples;
import im.backend.store.Stores;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunLogTest {
    private final Stores stores = Stores.inMemory(Clock.systemUTC());
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private Deployment deployment;
    private RunLog log;

    @BeforeEach
    void open() {
        stores.projects().create(StoreSamples.SHOP);
        Deployment asked =
                StoreSamples.deployment(StoreSamples.SHOP, Clock.systemUTC().instant());
        deployment = stores.deployments().open(asked, StoreSamples.QUEUED, Optional.empty());
        log = new RunLog(journal(stores.deployments()), deployment, timer);
    }

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    @Test
    void aLoneLineIsLoggedAfterAMoment() {
        log.line("one");

        await().atMost(LONG).until(() -> lines().equals(List.of("one")));
    }

    @Test
    void linesThatComeTogetherAreOneEvent() {
        for (int at = 0; at < 10; at++) {
            log.line("line " + at);
        }

        await().atMost(LONG).until(() -> lines().size() == 10);
        assertThat(outputs()).hasSize(1);
    }

    @Test
    void manyLinesAreSeveralEventsInOrder() {
        int count = RunLog.BATCH_LINES * 3 + 1;
        for (int at = 0; at < count; at++) {
            log.line("line " + at);
        }

        await().atMost(LONG).until(() -> lines().size() == count);
        assertThat(outputs())
                .allSatisfy(output -> assertThat(output.lines()).hasSizeLessThanOrEqualTo(RunLog.BATCH_LINES));
        assertThat(lines().getLast()).isEqualTo("line " + (count - 1));
    }

    @Test
    void whatWasSaidComesBeforeTheNextStatus() throws Exception {
        log.enter(DeploymentStatus.BUILDING, List.of());
        log.line("building");
        log.enter(DeploymentStatus.DEPLOYING, List.of());
        written();

        assertThat(told())
                .containsExactly(
                        StoreSamples.QUEUED,
                        new DeploymentEvent.Entered(DeploymentStatus.BUILDING, List.of()),
                        new DeploymentEvent.Output(List.of("building")),
                        new DeploymentEvent.Entered(DeploymentStatus.DEPLOYING, List.of()));
    }

    @Test
    void aStatusThatWasEnteredIsNotEnteredAgain() throws Exception {
        log.enter(DeploymentStatus.BUILDING, List.of());
        log.enter(DeploymentStatus.COMMITTING, List.of());
        log.enter(DeploymentStatus.BUILDING, List.of());
        written();

        assertThat(told()).hasSize(2);
        assertThat(log.status()).isEqualTo(DeploymentStatus.BUILDING);
    }

    @Test
    void nothingIsLoggedAfterTheEnd() throws Exception {
        log.fail(StoreSamples.failed());
        log.line("late");
        written();

        assertThat(lines()).isEmpty();
    }

    @Test
    void aStageDoesNotWaitUntilItsBeginningIsWritten() throws Exception {
        CountDownLatch busy = keepTheTimerBusy();

        log.enter(DeploymentStatus.BUILDING, List.of());

        assertThat(log.status()).isEqualTo(DeploymentStatus.BUILDING);
        assertThat(told()).hasSize(1);
        busy.countDown();
        written();
        assertThat(told()).hasSize(2);
    }

    @Test
    void theEndWaitsForNobodyAndComesAfterAllThatWasSaid() {
        CountDownLatch busy = keepTheTimerBusy();

        log.enter(DeploymentStatus.BUILDING, List.of());
        log.line("building");
        log.fail(StoreSamples.failed());

        busy.countDown();
        assertThat(told())
                .containsExactly(
                        StoreSamples.QUEUED,
                        new DeploymentEvent.Entered(DeploymentStatus.BUILDING, List.of()),
                        new DeploymentEvent.Output(List.of("building")),
                        StoreSamples.failed());
    }

    @Test
    void whatCouldNotBeWrittenIsToldAtTheNextStatusAndWrittenWhenItCanBe() throws Exception {
        AtomicBoolean full = new AtomicBoolean(true);
        Tap disk = called -> {
            if (full.get() && called.equals("append")) {
                throw new Problem.StorageFull("No room.").asException();
            }
        };
        RunLog onFullDisk = new RunLog(journal(disk.on(DeploymentLog.class, stores.deployments())), deployment, timer);
        onFullDisk.enter(DeploymentStatus.BUILDING, List.of());
        onFullDisk.line("building");
        written();

        assertThatThrownBy(() -> onFullDisk.enter(DeploymentStatus.DEPLOYING, List.of()))
                .hasMessageContaining("No room");

        full.set(false);
        onFullDisk.fail(StoreSamples.failed());
        assertThat(told())
                .containsExactly(
                        StoreSamples.QUEUED,
                        new DeploymentEvent.Entered(DeploymentStatus.BUILDING, List.of()),
                        new DeploymentEvent.Output(List.of("building")),
                        StoreSamples.failed());
    }

    @Test
    void secretsAreMasked() {
        log.redactWith(Redactor.of(List.of(new SecretValue("hunter2-hunter2"))));
        log.line("the password is hunter2-hunter2");

        await().atMost(LONG).until(() -> lines().equals(List.of("the password is ***")));
    }

    @Test
    void aLongLineIsCutAndALongOutputEndsWithASentence() throws Exception {
        String longLine = "x".repeat(RunLog.LINE_LENGTH_MAX * 2);
        int count = (int) (RunLog.BYTES_MAX / RunLog.LINE_LENGTH_MAX) + 10;
        for (int at = 0; at < count; at++) {
            log.line(longLine);
        }
        log.enter(DeploymentStatus.DEPLOYING, List.of());
        written();

        assertThat(lines()).last().asString().contains("left out").contains("10 MiB");
        assertThat(lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(RunLog.LINE_LENGTH_MAX + 1));
        assertThat(outputs())
                .allSatisfy(output -> assertThat(String.join("", output.lines()).length())
                        .isLessThanOrEqualTo(RunLog.BATCH_CHARACTERS));
    }

    private static Journal journal(DeploymentLog log) {
        return new Journal(log, new ProgressHub(log));
    }

    /** What the timer was given before is done. */
    private void written() throws Exception {
        timer.submit(() -> {}).get();
    }

    private CountDownLatch keepTheTimerBusy() {
        CountDownLatch over = new CountDownLatch(1);
        var _ = timer.submit(() -> over.await(LONG.toSeconds(), TimeUnit.SECONDS));
        return over;
    }

    private List<DeploymentEvent> told() {
        return stores.deployments().after(deployment.id(), 0, Integer.MAX_VALUE).stream()
                .map(LoggedEvent::event)
                .toList();
    }

    private List<DeploymentEvent.Output> outputs() {
        return told().stream()
                .filter(DeploymentEvent.Output.class::isInstance)
                .map(DeploymentEvent.Output.class::cast)
                .toList();
    }

    private List<String> lines() {
        return outputs().stream().flatMap(output -> output.lines().stream()).toList();
    }
}
