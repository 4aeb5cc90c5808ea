package im.backend.build.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoetryConstraintTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "^1.2.3      | >=1.2.3,<2",
                "^1.2        | >=1.2,<2",
                "^0.2.3      | >=0.2.3,<0.3",
                "^0.0.3      | >=0.0.3,<0.0.4",
                "^0          | >=0,<1",
                "~1.2.3      | >=1.2.3,<1.3",
                "~1.2        | >=1.2,<1.3",
                "~1          | >=1,<2",
                "~=1.2       | ~=1.2",
                "1.2.*       | ==1.2.*",
                "1.2.3       | ==1.2.3",
                ">=1.2, <3.0 | >=1.2,<3.0",
                "*           | ''",
            })
    void versionsBecomePep440(String poetry, String expected) {
        assertThat(PoetryConstraint.versions(poetry)).isEqualTo(expected);
    }

    @Test
    void alternativesAreLeftToTheLockFile() {
        assertThat(PoetryConstraint.versions("^1 || ^2")).isEmpty();
    }

    @Test
    void tablesBecomePep508() {
        assertThat(new PoetryConstraint("a", Map.of("version", "^1", "markers", "sys_platform == 'linux'"))
                        .requirements())
                .containsExactly("a>=1,<2 ; (sys_platform == 'linux')");
        assertThat(new PoetryConstraint("a", Map.of("git", "https://x/y.git", "tag", "v1")).requirements())
                .containsExactly("a @ git+https://x/y.git@v1");
        assertThat(new PoetryConstraint("a", Map.of("version", "1.0", "python", "^3.11")).requirements())
                .containsExactly("a==1.0 ; python_full_version >= '3.11' and python_full_version < '4'");
        assertThat(new PoetryConstraint("a", Map.of("version", "1.0", "optional", true)).requirements())
                .isEmpty();
        assertThat(new PoetryConstraint("a", List.of(Map.of("version", "1.0"), Map.of("version", "2.0")))
                        .requirements())
                .containsExactly("a==1.0", "a==2.0");
    }
}
