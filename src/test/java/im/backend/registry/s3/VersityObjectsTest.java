package im.backend.registry.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import im.backend.domain.Digest;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against a server that looks at signatures and hashes. */
class VersityObjectsTest extends S3ObjectsContract {
    @AutoClose
    private static S3Server server;

    @BeforeAll
    static void start() throws IOException {
        server = S3Server.start(S3Server.Kind.VERSITYGW);
    }

    @Override
    protected S3Server server() {
        return server;
    }

    @Test
    void aWrongSecretIsToldWithWhereToMendIt() {
        Problem problem = refusal(with(new S3Settings.Login("backendim-test", "another"), settings.bucket()));

        assertThat(problem.slug()).isEqualTo("object-store-refused");
        assertThat(problem.detail())
                .contains("SignatureDoesNotMatch", "registry.s3.secret-key-file")
                .doesNotContain("another");
    }

    @Test
    void aClockThatIsWrongIsTold() {
        Clock late = Clock.offset(Clock.systemUTC(), Duration.ofHours(-2));
        try (S3Objects skewed = new S3Objects(settings, late)) {
            Problem problem =
                    catchThrowableOfType(ProblemException.class, skewed::check).problem();

            assertThat(problem.detail()).contains("Set this machine's clock");
        }
    }

    @Test
    void bytesThatAreNotThoseOfTheDigestAreRefusedByTheStore() throws IOException {
        Path file = Files.writeString(folder.resolve("blob"), "other bytes");

        assertThat(catchThrowableOfType(
                        ProblemException.class,
                        () -> objects.put(
                                "blob", file, Digest.of(Digest.Algorithm.SHA256, bytes("what was promised")))))
                .isNotNull();
        assertThat(objects.read("blob", 0, 100)).isEmpty();
    }
}
