package im.backend.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import im.backend.domain.AppManifest;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.nio.charset.StandardCharsets;

/** Texts of a backend.yml, and what is said of them. */
public final class Manifests {
    private Manifests() {}

    public static AppManifest parse(String text) {
        return ManifestReader.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    static Problem.Invalid refused(String text) {
        return refused(text.getBytes(StandardCharsets.UTF_8));
    }

    static Problem.Invalid refused(byte[] text) {
        ProblemException refused = catchThrowableOfType(ProblemException.class, () -> ManifestReader.parse(text));
        assertThat(refused).isNotNull();
        return (Problem.Invalid) refused.problem();
    }
}
