package im.backend.api.http;

import static java.lang.System.Logger.Level.DEBUG;

import im.backend.problem.ProblemException;
import im.backend.problem.ProblemInstance;
import im.backend.wire.Json;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes the answer to one request, once. */
final class AnswerWriter {
    private static final Logger LOG = System.getLogger(AnswerWriter.class.getName());
    private static final String JSON = "application/json";
    private static final String LINES = "application/x-ndjson";
    /** What a page of ours may do: only what it brings itself. */
    private static final String PAGE_POLICY =
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
                    + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final ServerRequest request;
    private final ServerResponse response;

    AnswerWriter(ServerRequest request, ServerResponse response) {
        this.request = request;
        this.response = response;
    }

    void answer(Answer answer) throws IOException, InterruptedException {
        switch (answer) {
            case Answer.Body(int status, Object body, var location) -> {
                location.ifPresent(at -> response.header(HeaderNames.LOCATION, at));
                send(status, JSON, Json.bytes(body));
            }
            case Answer.Nothing nothing -> {
                common();
                response.status(Status.NO_CONTENT_204).send();
            }
            case Answer.Document(int status, String mediaType, String text) -> {
                if (mediaType.startsWith("text/html")) {
                    response.header("Content-Security-Policy", PAGE_POLICY);
                }
                send(status, mediaType, text.getBytes(StandardCharsets.UTF_8));
            }
            case Answer.Lines(Answer.Producer producer) -> stream(producer);
        }
    }

    void problem(ProblemResponses.Response problem) {
        if (response.isSent()) {
            return;
        }
        problem.headers().forEach(response::header);
        // What is left of a refused body would be read as the next request or, when it is long, for nothing.
        if (request.content().hasEntity() && !request.content().consumed()) {
            response.header(HeaderNames.CONNECTION, "close");
        }
        send(problem.status(), ProblemResponses.MEDIA_TYPE, Json.bytes(problem.body()));
    }

    void callerGone(Exception why) {
        LOG.log(DEBUG, "the caller has gone: {0}", why.getMessage());
        if (!response.isSent()) {
            problem(ProblemResponses.protocol(
                    400,
                    "bad-framing",
                    "The body ended early or is not framed as HTTP/1.1 asks.",
                    java.util.Map.of(),
                    ProblemInstance.next()));
        }
    }

    /** A failure after the first line can not change the status any more: it becomes the last line. */
    private void stream(Answer.Producer producer) throws IOException, InterruptedException {
        try (Lines lines = new Lines()) {
            try {
                producer.writeTo(lines);
            } catch (ProblemException failed) {
                if (lines.out == null) {
                    throw failed;
                }
                lines.write(ProblemResponses.of(failed.problem(), ProblemInstance.next())
                        .body());
            }
            lines.begin();
        }
    }

    /** Opens the response with the first line only, so that a refusal before it still has a status of its own. */
    private final class Lines implements Answer.LineWriter, AutoCloseable {
        private @Nullable OutputStream out;

        @Override
        public void write(Object line) throws IOException {
            send(Json.bytes(line));
        }

        @Override
        public void keepAlive() throws IOException {
            send(new byte[0]);
        }

        private void send(byte[] line) throws IOException {
            OutputStream open = begin();
            open.write(line);
            open.write('\n');
            open.flush();
        }

        private OutputStream begin() {
            if (out == null) {
                common();
                response.status(Status.OK_200).header(HeaderNames.CONTENT_TYPE, LINES);
                response.header("X-Accel-Buffering", "no");
                out = response.outputStream();
            }
            return out;
        }

        @Override
        public void close() throws IOException {
            if (out != null) {
                out.close();
            }
        }
    }

    private void send(int status, String mediaType, byte[] content) {
        common();
        response.status(Status.create(status)).header(HeaderNames.CONTENT_TYPE, mediaType);
        if (request.prologue().method().text().equals("HEAD")) {
            response.header(HeaderNames.CONTENT_LENGTH, String.valueOf(content.length));
            response.send();
        } else {
            response.send(content);
        }
    }

    private void common() {
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        response.header("X-Content-Type-Options", "nosniff");
    }
}
