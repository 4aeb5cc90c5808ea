package im.backend.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import im.backend.domain.Caller;
import im.backend.domain.UserName;
import im.backend.identity.IdentityProvider;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SignInsTest {
    private static final String ADDRESS = "192.0.2.1";
    private final AtomicLong now = new AtomicLong();
    private final SignIns signIns = new SignIns(new OneKey(), 3, now::get);

    @Test
    void rightKeysAreNeverCounted() {
        for (int times = 0; times < 100; times++) {
            assertThat(signIns.authenticate("right", ADDRESS).user()).isEqualTo(new UserName("alice"));
        }
    }

    @Test
    void afterTooManyWrongKeysTheRightOneIsRefusedTooSoThatNothingIsLearned() {
        guess(3);

        ProblemException refused =
                catchThrowableOfType(ProblemException.class, () -> signIns.authenticate("right", ADDRESS));

        assertThat(refused.problem()).isInstanceOfSatisfying(Problem.RateLimited.class, limited -> {
            assertThat(limited.detail()).contains("3 wrong keys from one address");
            assertThat(limited.retryAfter()).isEqualTo(Duration.ofSeconds(20));
        });
        now.addAndGet(Duration.ofSeconds(20).toNanos());
        assertThat(signIns.authenticate("right", ADDRESS)).isNotNull();
    }

    @Test
    void anotherAddressIsNotRefused() {
        guess(3);

        assertThat(signIns.authenticate("right", "192.0.2.2")).isNotNull();
    }

    private void guess(int times) {
        for (int guess = 0; guess < times; guess++) {
            assertThatThrownBy(() -> signIns.authenticate("wrong", ADDRESS)).hasMessageContaining("bad-credentials");
        }
    }

    private record OneKey() implements IdentityProvider {
        @Override
        public Caller authenticate(String key) {
            if (!key.equals("right")) {
                throw new Problem.Unauthenticated("bad-credentials", "The key is not one of this server.")
                        .asException();
            }
            return new Caller(new UserName("alice"), Caller.Role.ADMIN);
        }

        @Override
        public Profile profile(UserName user) {
            return new Profile(user, user + "@localhost");
        }
    }
}
