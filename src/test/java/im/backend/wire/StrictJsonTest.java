package im.backend.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.wire.app.ScaleRequest;
import im.backend.wire.deployment.ArchiveDeployRequest;
import im.backend.wire.deployment.DeployRequest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Group C of the bad inputs. */
class StrictJsonTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"replicas": 1               | malformed-json | line 1
        {"replicas": 1} x            | malformed-json | line 1
        {"replicas": NaN}            | malformed-json | line 1
        ''                           | malformed-json | not JSON
        {"replicas": 1, "replicas":2}| duplicate-key  | Keep one
        {"replica": 1}               | unknown-field  | Did you mean "replicas"?
        {"zzzzzzzzzz": 1}            | unknown-field  | Known here: replicas
        {"replicas": "1"}            | validation     | replicas (expected: a whole number)
        {"replicas": 1.5}            | validation     | replicas (expected: a whole number)
        {"replicas": null}           | validation     | replicas (expected
        {}                           | validation     | replicas (expected
        []                           | validation     | expected: an object
        """)
    void aFaultIsNamedAndSaysHowToMendIt(String body, String slug, String says) {
        Problem problem = refused(body, ScaleRequest.class);

        assertThat(problem.slug()).isEqualTo(slug);
        assertThat(problem.detail()).contains(says).doesNotContain("com.fasterxml", "im.backend");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"files": {"a": 5}}                                      | validation | /files/a
        {"files": {"a": {"content":"x","encoding":"hex"}}}       | validation | /files/a/encoding
        {"files": {"a": {"contents":"x"}}}                       | unknown-field | /files/a/contents
        {"files": {"b/c": {"content": null}}}                    | validation | /files/b~1c/content
        {"files": {"a": "\\ud800"}}                              | validation | /files/a
        {"files": "x"}                                           | validation | /files
        """)
    void aFaultIsPointedAt(String body, String slug, String pointer) {
        Problem problem = refused(body, DeployRequest.class);

        assertThat(problem.slug()).isEqualTo(slug);
        assertThat(violations(problem)).extracting("pointer").containsExactly(pointer);
    }

    @Test
    void tooDeepIsTooComplex() {
        String body = "{\"source\":\"x\",\"config\":" + "[".repeat(70) + "]".repeat(70) + "}";

        assertThat(refused(body, ArchiveDeployRequest.class).slug()).isEqualTo("json-too-complex");
    }

    @Test
    void anOverlongBodyIsTooLarge() {
        ByteArrayInputStream body = new ByteArrayInputStream(new byte[11]);

        ProblemException thrown =
                catchThrowableOfType(ProblemException.class, () -> Json.request(body, ScaleRequest.class, 10));

        assertThat(thrown.problem().slug()).isEqualTo("body-too-large");
    }

    private static Problem refused(String body, Class<?> type) {
        ByteArrayInputStream in = new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8));
        ProblemException thrown =
                catchThrowableOfType(ProblemException.class, () -> Json.request(in, type, Json.REQUEST_BYTES_MAX));
        assertThat(thrown).as(body).isNotNull();
        return thrown.problem();
    }

    private static java.util.List<im.backend.problem.Violation> violations(Problem problem) {
        return switch (problem) {
            case Problem.Malformed malformed -> malformed.violations();
            case Problem.Invalid invalid -> invalid.violations();
            default -> java.util.List.of();
        };
    }
}
