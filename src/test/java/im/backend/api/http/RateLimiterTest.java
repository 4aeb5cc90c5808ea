package im.backend.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
    private final AtomicLong now = new AtomicLong();
    private final RateLimiter limiter = new RateLimiter("deployments", 10, now::get);

    @Test
    void tenAreLetThroughAndTheEleventhIsToldWhenToComeBack() {
        take(10);

        ProblemException refused = catchThrowableOfType(ProblemException.class, () -> limiter.take("alice"));

        assertThat(refused.problem()).isInstanceOfSatisfying(Problem.RateLimited.class, limited -> {
            assertThat(limited.retryAfter()).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(7));
            assertThat(limited.detail()).contains("10 deployments a minute");
        });
    }

    @Test
    void afterTheTimeItWasToldOneMoreIsLetThrough() {
        take(10);
        now.addAndGet(Duration.ofSeconds(6).toNanos());

        assertThatCode(() -> limiter.take("alice")).doesNotThrowAnyException();
        assertThat(catchThrowableOfType(ProblemException.class, () -> limiter.take("alice")))
                .isNotNull();
    }

    @Test
    void anIdleHourDoesNotSaveUpMoreThanAMinute() {
        take(10);
        now.addAndGet(Duration.ofHours(1).toNanos());
        take(10);

        assertThat(catchThrowableOfType(ProblemException.class, () -> limiter.take("alice")))
                .isNotNull();
    }

    @Test
    void askingWhetherOneIsLeftTakesNone() {
        take(9);
        limiter.requireLeft("alice");
        limiter.requireLeft("alice");

        assertThatCode(() -> limiter.take("alice")).doesNotThrowAnyException();
        assertThat(catchThrowableOfType(ProblemException.class, () -> limiter.requireLeft("alice")))
                .isNotNull();
    }

    @Test
    void whatIsChargedBeyondTheMinuteIsWaitedForButNeverMoreThanAnotherMinute() {
        for (int charged = 0; charged < 1_000; charged++) {
            limiter.charge("alice");
        }
        now.addAndGet(Duration.ofSeconds(60).toNanos());

        assertThat(catchThrowableOfType(ProblemException.class, () -> limiter.take("alice")))
                .isNotNull();
        now.addAndGet(Duration.ofSeconds(6).toNanos());
        assertThatCode(() -> limiter.take("alice")).doesNotThrowAnyException();
    }

    @Test
    void oneKeyDoesNotPayForAnother() {
        take(10);

        assertThatCode(() -> limiter.take("bob")).doesNotThrowAnyException();
    }

    @Test
    void manyKeysDoNotGrowIt() {
        for (int key = 0; key < RateLimiter.KEYS_MAX + 100; key++) {
            limiter.take("address-" + key);
        }

        assertThat(limiter.keys()).isEqualTo(RateLimiter.KEYS_MAX);
    }

    private void take(int times) {
        for (int i = 0; i < times; i++) {
            limiter.take("alice");
        }
    }
}
