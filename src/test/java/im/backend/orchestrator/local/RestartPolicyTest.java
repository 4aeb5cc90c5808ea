package im.backend.orchestrator.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class RestartPolicyTest {
    private static final Duration EARLY = Duration.ofSeconds(1);

    @Test
    void pausesDoubleFromOneSecondToOneMinute() {
        assertThat(Stream.iterate(RestartPolicy.fresh().afterEnd(EARLY), policy -> policy.afterEnd(EARLY))
                        .limit(9)
                        .map(policy -> policy.pause().toSeconds()))
                .containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);
    }

    @Test
    void whatRanForAMinuteBeginsAnew() {
        RestartPolicy looping = new RestartPolicy(8);

        assertThat(looping.isCrashLoop()).isTrue();
        assertThat(looping.afterEnd(Duration.ofMinutes(2)).pause()).isEqualTo(Duration.ofSeconds(1));
        assertThat(looping.afterEnd(Duration.ofMinutes(2)).isCrashLoop()).isFalse();
    }
}
