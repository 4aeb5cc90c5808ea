package im.backend.identity.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jwt.SignedJWT;
import im.backend.domain.Caller;
import im.backend.domain.UserName;
import im.backend.file.PrivateFile;
import im.backend.identity.Audience;
import im.backend.identity.IssuedToken;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.store.SettableClock;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class JwtTokensTest {
    private static final Caller ADMIN = new Caller(new UserName("admin"), Caller.Role.ADMIN);
    private static final JwtSettings SETTINGS = JwtSettings.DEFAULT;

    @TempDir
    private Path folder;

    private final SettableClock clock = new SettableClock();
    private SigningKeys keys;
    private JwtTokens tokens;

    @BeforeEach
    void start() {
        keys = new SigningKeys(new PrivateFile(folder, "signing.jwk"), new SecureRandom());
        keys.start();
        tokens = new JwtTokens(keys, SETTINGS, clock, new SecureRandom());
    }

    @ParameterizedTest
    @EnumSource
    void aTokenIsGoodForItsAudienceAndNoOther(Audience audience) {
        String token = tokens.issue(ADMIN, audience).token();

        for (Audience other : Audience.values()) {
            if (other == audience) {
                assertThat(tokens.verify(token, other)).isEqualTo(ADMIN);
            } else {
                assertRefused(token, other, "token-invalid");
            }
        }
    }

    @Test
    void aMembersTokenIsAMembers() {
        Caller member = new Caller(new UserName("bob"), Caller.Role.MEMBER);

        assertThat(tokens.verify(tokens.issue(member, Audience.API).token(), Audience.API))
                .isEqualTo(member);
    }

    @Test
    void aTokenHasTheClaimsThatItMustHave() throws Exception {
        IssuedToken issued = tokens.issue(ADMIN, Audience.GIT);

        var claims = SignedJWT.parse(issued.token()).getJWTClaimsSet();

        assertThat(claims.getClaims()).containsOnlyKeys("iss", "aud", "sub", "role", "iat", "exp", "jti");
        assertThat(claims.getAudience()).containsExactly("backendim:git");
        assertThat(claims.getExpirationTime().toInstant())
                .isEqualTo(issued.expiresAt())
                .isEqualTo(clock.instant().truncatedTo(ChronoUnit.SECONDS).plus(Duration.ofMinutes(15)));
    }

    @Test
    void noTwoTokensAreAlike() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            seen.add(tokens.issue(ADMIN, Audience.API).token());
        }

        assertThat(seen).hasSize(100);
    }

    @Test
    void aTokenExpiresAfterItsLifetimeAndTheLeeway() {
        String token = tokens.issue(ADMIN, Audience.API).token();
        clock.advance(SETTINGS.lifetime().plus(SETTINGS.leeway()).minusSeconds(1));
        assertThat(tokens.verify(token, Audience.API)).isEqualTo(ADMIN);

        clock.advance(Duration.ofSeconds(1));

        assertRefused(token, Audience.API, "token-expired");
    }

    @Test
    void aTokenOfAClockThatIsALittleFastIsGood() {
        clock.advance(Duration.ofSeconds(20));
        String token = tokens.issue(ADMIN, Audience.API).token();

        clock.advance(Duration.ofSeconds(-20));
        assertThat(tokens.verify(token, Audience.API)).isEqualTo(ADMIN);

        clock.advance(Duration.ofSeconds(-20));
        assertRefused(token, Audience.API, "token-invalid");
    }

    @Test
    void tokensOutliveARestart() {
        String token = tokens.issue(ADMIN, Audience.API).token();

        SigningKeys reread = new SigningKeys(new PrivateFile(folder, "signing.jwk"), new SecureRandom());
        reread.start();

        assertThat(new JwtTokens(reread, SETTINGS, clock, new SecureRandom()).verify(token, Audience.API))
                .isEqualTo(ADMIN);
    }

    @Test
    void tokensOfTheTwoKeysBeforeStayGood() {
        String first = tokens.issue(ADMIN, Audience.API).token();
        keys.rotate();
        String second = tokens.issue(ADMIN, Audience.API).token();
        keys.rotate();

        assertThat(tokens.verify(first, Audience.API)).isEqualTo(ADMIN);
        assertThat(tokens.verify(second, Audience.API)).isEqualTo(ADMIN);

        keys.rotate();
        assertRefused(first, Audience.API, "token-invalid");
        assertThat(tokens.verify(second, Audience.API)).isEqualTo(ADMIN);
    }

    @Test
    void aTokenIsNotPrinted() {
        IssuedToken issued = tokens.issue(ADMIN, Audience.API);

        assertThat(issued.toString()).doesNotContain(issued.token());
    }

    private void assertRefused(String token, Audience audience, String slug) {
        assertThatThrownBy(() -> tokens.verify(token, audience))
                .isInstanceOfSatisfying(ProblemException.class, refused -> {
                    assertThat(refused.problem()).isInstanceOf(Problem.Unauthenticated.class);
                    assertThat(refused.problem().slug()).isEqualTo(slug);
                });
    }
}
