package im.backend.listener;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.problem.ProblemInstance;
import im.backend.wire.Json;
import im.backend.wire.ProblemBody;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class BareProblemTest {
    private static final BareProblem PROBLEM =
            new BareProblem(408, "request-timeout", "Request timeout", "Send it again.");

    @Test
    void itReadsAsTheProblemsOfTheApiDo() throws IOException {
        ProblemBody body = Json.reply(PROBLEM.body("urn:backendim:request:1"), ProblemBody.class);

        assertThat(body.type()).isEqualTo("urn:backendim:problem:request-timeout");
        assertThat(body.code()).isEqualTo("request-timeout");
        assertThat(body.status()).isEqualTo(408);
        assertThat(body.instance()).isEqualTo("urn:backendim:request:1");
    }

    @Test
    void theWholeAnswerTellsItsLengthAndEndsTheConnection() {
        String instance = ProblemInstance.next();

        String answer = new String(PROBLEM.answer(instance), StandardCharsets.UTF_8);

        String[] parts = answer.split("\r\n\r\n", 2);
        assertThat(parts[0])
                .startsWith("HTTP/1.1 408 Request timeout\r\n")
                .contains("Content-Length: " + parts[1].length(), "Connection: close");
        assertThat(parts[1]).contains(instance);
    }
}
