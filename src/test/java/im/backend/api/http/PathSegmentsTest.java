package im.backend.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import im.backend.problem.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PathSegmentsTest {
    @Test
    void eachSegmentIsDecodedByItself() {
        assertThat(PathSegments.of("/v1/projects/a%20b/files/%C3%BC.py"))
                .containsExactly("v1", "projects", "a b", "files", "ü.py");
        assertThat(PathSegments.of("/")).containsExactly("");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a/%2e%2e/b",
                "/a/../b",
                "/a/./b",
                "/a%2fb",
                "/a%5cb",
                "/a\\b",
                "/a%00b",
                "/a%0ab",
                "/a%7fb",
                "/%ff",
                "/%c0%af",
                "/%",
                "/%2",
                "/%zz",
                "/a/%2E%2e",
                "/ü"
            })
    void noSpellingMakesAnotherPathOfIt(String path) {
        ProblemException refused = catchThrowableOfType(ProblemException.class, () -> PathSegments.of(path));

        assertThat(refused).as(path).isNotNull();
        assertThat(refused.problem().slug()).isEqualTo("bad-path");
    }
}
