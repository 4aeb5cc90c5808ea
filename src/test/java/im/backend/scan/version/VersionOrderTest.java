package im.backend.scan.version;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class VersionOrderTest {
    @ParameterizedTest
    @CsvSource({
        "PYTHON, 1.0.dev1, 1.0a1",
        "PYTHON, 1.0rc1, 1.0",
        "PYTHON, 1.0, 1.0+local",
        "PYTHON, 1.0+local, 1.0.post1",
        "PYTHON, 2023.1, 1!0.1",
        "SEMANTIC, 1.0.0-alpha.9, 1.0.0-alpha.10",
        "SEMANTIC, 1.0.0-rc.1, 1.0.0",
        "SEMANTIC, v0.0.0-20230101000000-abcdefabcdef, v0.0.1",
        "MAVEN, 1.0-SNAPSHOT, 1.0",
        "MAVEN, 2.0-beta9, 2.0-rc1",
        "MAVEN, 1.0, 1.0-sp1",
        "DEBIAN, 3.0.11-1~deb12u1, 3.0.11-1~deb12u2",
        "DEBIAN, 9.9, 1:0.1"
    })
    void theEarlierOneComesFirst(VersionOrder order, String earlier, String later) {
        assertThat(order.compare(earlier, later).orElseThrow()).isNegative();
        assertThat(order.compare(later, earlier).orElseThrow()).isPositive();
        assertThat(order.compare(earlier, earlier)).isEqualTo(OptionalInt.of(0));
    }

    @ParameterizedTest
    @CsvSource({
        "PYTHON, 1.0, 1.0.0",
        "PYTHON, 1.0-1, 1.0.post1",
        "SEMANTIC, 1.0.0+a, v1.0.0",
        "MAVEN, 1.0.0, 1-ga",
        "DEBIAN, 0:1.0, 1.0"
    })
    void spellingsOfOneVersionAreEqual(VersionOrder order, String one, String other) {
        assertThat(order.compare(one, other)).isEqualTo(OptionalInt.of(0));
    }

    @ParameterizedTest
    @EnumSource
    void aVersionWithoutEndBreaksNothing(VersionOrder order) {
        for (String part : new String[] {".1", "-1", "a", "1", "-a", "~", "+"}) {
            String endless = "1" + part.repeat(2_000);

            assertThat(order.compare(endless, endless).orElse(0)).isZero();
        }
        assertThat(order.compare("", "1")).isEmpty();
    }
}
