package im.backend.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.backend.domain.ProjectId;
import im.backend.domain.SecretName;
import im.backend.domain.SecretValue;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class SecretCipherTest {
    private static final ProjectId SHOP = new ProjectId("admin-shop");
    private static final SecretName NAME = new SecretName("db_url");
    private static final SecretValue VALUE = new SecretValue("postgres://user:pass@host/db ü");

    private final SecretCipher cipher = new SecretCipher(MasterKey.generate(new SecureRandom()));

    @Test
    void aSealedValueOpens() {
        assertThat(cipher.open(SHOP, NAME, 3, cipher.seal(SHOP, NAME, 3, VALUE)))
                .isEqualTo(VALUE);
    }

    @Test
    void sealingTwiceGivesDifferentBytesWithoutTheValue() {
        byte[] one = cipher.seal(SHOP, NAME, 1, VALUE);
        byte[] two = cipher.seal(SHOP, NAME, 1, VALUE);

        assertThat(one).isNotEqualTo(two);
        assertThat(new String(one, StandardCharsets.ISO_8859_1)).doesNotContain("postgres", "pass");
    }

    @Test
    void aFlippedBitAnywhereIsNoticed() {
        byte[] sealed = cipher.seal(SHOP, NAME, 1, VALUE);

        for (int at = 0; at < sealed.length; at++) {
            byte[] changed = sealed.clone();
            changed[at] ^= (byte) (1 << at % 8);
            assertIntegrity(() -> cipher.open(SHOP, NAME, 1, changed));
        }
    }

    @Test
    void aCutOrAnExtendedValueIsNoticed() {
        byte[] sealed = cipher.seal(SHOP, NAME, 1, VALUE);

        for (int length = 0; length < sealed.length; length++) {
            byte[] cut = Arrays.copyOf(sealed, length);
            assertIntegrity(() -> cipher.open(SHOP, NAME, 1, cut));
        }
        assertIntegrity(() -> cipher.open(SHOP, NAME, 1, Arrays.copyOf(sealed, sealed.length + 1)));
    }

    @Test
    void aValueOfAnotherPlaceDoesNotOpen() {
        byte[] sealed = cipher.seal(SHOP, NAME, 1, VALUE);

        assertIntegrity(() -> cipher.open(new ProjectId("admin-blog"), NAME, 1, sealed));
        assertIntegrity(() -> cipher.open(SHOP, new SecretName("other"), 1, sealed));
        assertIntegrity(() -> cipher.open(SHOP, NAME, 2, sealed));
    }

    @Test
    void anotherMasterKeyDoesNotOpenIt() {
        byte[] sealed = cipher.seal(SHOP, NAME, 1, VALUE);
        SecretCipher other = new SecretCipher(MasterKey.generate(new SecureRandom()));

        assertIntegrity(() -> other.open(SHOP, NAME, 1, sealed));
        assertThat(other.fingerprint(SHOP, VALUE)).isNotEqualTo(cipher.fingerprint(SHOP, VALUE));
    }

    @Test
    void aFingerprintTellsNothingOfTheValue() {
        assertThat(cipher.fingerprint(SHOP, VALUE)).matches("[0-9a-f]{16}").isEqualTo(cipher.fingerprint(SHOP, VALUE));
    }

    @Test
    void aMasterKeyIsNotPrinted() {
        byte[] bytes = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

        assertThat(MasterKey.of(bytes).toString()).isEqualTo("MasterKey[***]");
        assertThat(MasterKey.of(bytes)).isEqualTo(MasterKey.of(bytes));
        assertThatThrownBy(() -> MasterKey.of(new byte[16])).isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertIntegrity(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ProblemException.class, refused -> {
            assertThat(refused.problem()).isInstanceOf(Problem.Conflict.class);
            assertThat(refused.problem().slug()).isEqualTo("secret-integrity");
        });
    }
}
