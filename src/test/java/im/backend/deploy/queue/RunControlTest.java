package im.backend.deploy.queue;

import static im.backend.deploy.TestPlatform.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.problem.ProblemException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RunControlTest {
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final RunControl control = new RunControl(timer);

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    @Test
    void aSectionThatTakesTooLongEndsWithItsName() {
        assertThatThrownBy(() -> control.within(Duration.ofMillis(20), "The nap", RunControlTest::sleepLong))
                .isInstanceOfSatisfying(ProblemException.class, ended -> {
                    assertThat(ended.problem().slug()).isEqualTo("timeout");
                    assertThat(ended.problem().detail()).isEqualTo("The nap took longer than 20 ms and was ended.");
                });
    }

    @Test
    void aStopEndsTheSectionThatRuns() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        Thread.ofVirtual().start(() -> {
            awaitQuietly(inside);
            control.stop(RunControl.Stop.CANCELLED);
        });

        assertThatThrownBy(() -> control.within(LONG, "The nap", () -> {
                    inside.countDown();
                    return sleepLong();
                }))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        ended -> assertThat(ended.problem().slug()).isEqualTo("cancelled"));
    }

    @Test
    void aStopBetweenSectionsInterruptsNobodyAndIsSeenAtTheNext() {
        control.within(LONG, "First", () -> 1);
        assertThat(control.stop(RunControl.Stop.CANCELLED)).isTrue();

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThatThrownBy(() -> control.within(LONG, "Second", () -> 2)).isInstanceOf(ProblemException.class);
        assertThatThrownBy(control::check).isInstanceOf(ProblemException.class);
    }

    @Test
    void anInterruptThatCameTooLateDoesNotHitWhatFollows() {
        control.within(LONG, "The end", () -> {
            Thread.currentThread().interrupt();
            return 1;
        });

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void whatIsSettledCanNotBeStopped() {
        control.settle();

        assertThat(control.stop(RunControl.Stop.CANCELLED)).isFalse();
        assertThat(control.stopped()).isEmpty();
    }

    @Test
    void whatWasStoppedCanNotSettle() {
        control.stop(RunControl.Stop.DEADLINE);

        assertThatThrownBy(control::settle).isInstanceOf(ProblemException.class);
    }

    @Test
    void aFailureOfTheBodyIsItsOwn() {
        assertThatThrownBy(() -> control.within(LONG, "The nap", () -> {
                    throw new IllegalStateException("own");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("own");
    }

    private static int sleepLong() throws InterruptedException {
        new CountDownLatch(1).await();
        return 0;
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
