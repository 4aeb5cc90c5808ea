package im.backend.registry.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Stores that do not do their work. */
class S3ConnectionTest {
    private static final S3Settings.Limits SHORT = new S3Settings.Limits(
            5 << 20, Duration.ofSeconds(1), Duration.ofMillis(300), 1L << 30, 2, Duration.ofMillis(10));

    @Test
    void aStoreThatTakesConnectionsAndSaysNothingIsGivenUp() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                S3Objects objects = objects(silent.getLocalPort())) {
            Instant begun = Instant.now();

            Problem problem = catchThrowableOfType(ProblemException.class, () -> objects.read("a", 0, 10))
                    .problem();

            assertThat(problem.slug()).isEqualTo("object-store-unavailable");
            assertThat(Duration.between(begun, Instant.now())).isLessThan(Duration.ofSeconds(10));
            assertThat(catchThrowableOfType(ProblemException.class, objects::check)
                            .problem()
                            .detail())
                    .contains("no whole answer within");
        }
    }

    @Test
    void aStoreThatStaysBusyIsGivenUpAfterTheLastAttempt() throws IOException {
        try (FaultyLine line = new FaultyLine(1);
                S3Objects objects = objects(line.port())) {
            line.beBusy(100);

            Problem problem = catchThrowableOfType(ProblemException.class, () -> objects.delete("a"))
                    .problem();

            assertThat(problem).isInstanceOf(Problem.Unavailable.class);
            assertThat(line.refusals()).isEqualTo(SHORT.attemptsMax());
        }
    }

    private static S3Objects objects(int port) {
        S3Settings settings = S3Server.settings("bucket", port);
        return new S3Objects(
                new S3Settings(
                        settings.endpoint(),
                        settings.region(),
                        settings.bucket(),
                        settings.prefix(),
                        settings.login(),
                        settings.addressing(),
                        SHORT),
                Clock.systemUTC());
    }
}
