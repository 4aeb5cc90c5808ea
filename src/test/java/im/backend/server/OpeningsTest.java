package im.backend.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class OpeningsTest {
    @Test
    void openingsRunAtTheSameTime() {
        try (Openings openings = new Openings()) {
            CountDownLatch both = new CountDownLatch(2);

            Supplier<Boolean> one = openings.begin(() -> meet(both));
            Supplier<Boolean> other = openings.begin(() -> meet(both));

            assertThat(one.get()).isTrue();
            assertThat(other.get()).isTrue();
        }
    }

    @Test
    void aFailedOpeningIsToldAsItIs() {
        try (Openings openings = new Openings()) {
            ProblemException refused = new Problem.Conflict("database-locked", "In use.").asException();

            Supplier<String> opening = openings.begin(() -> {
                throw refused;
            });

            assertThatThrownBy(opening::get).isSameAs(refused);
        }
    }

    @Test
    void closingWaitsForWhatIsStillBeingOpened() {
        AtomicBoolean opened = new AtomicBoolean();
        CountDownLatch go = new CountDownLatch(2);
        try (Openings openings = new Openings()) {
            openings.begin(() -> {
                meet(go);
                opened.set(true);
                return opened;
            });
            go.countDown();
        }

        assertThat(opened).isTrue();
    }

    private static boolean meet(CountDownLatch latch) {
        try {
            latch.countDown();
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
