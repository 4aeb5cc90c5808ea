package im.backend.registry.oci;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import im.backend.domain.Digest;
import im.backend.problem.Problem;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** One request and the answer to it, in the few words that the registry's routes need. */
final class Exchange {
    static final HeaderName CONTENT_DIGEST = HeaderNames.create("Docker-Content-Digest");
    private static final JsonMapper JSON = new JsonMapper();
    /** A refused body up to this is read to its end, so that the connection lives on. */
    private static final int REFUSED_BODY_BYTES_MAX = 256 * 1024;

    private final ServerRequest request;
    private final ServerResponse response;
    private @Nullable InputStream body;

    Exchange(ServerRequest request, ServerResponse response) {
        this.request = request;
        this.response = response;
    }

    String method() {
        return request.prologue().method().text();
    }

    boolean isHead() {
        return method().equals("HEAD");
    }

    /** Where clients reach this server, as they say it themselves. */
    String address() {
        String host = request.headers().first(HeaderNames.HOST).orElse("localhost");
        return (request.isSecure() ? "https://" : "http://") + host;
    }

    /** Of the client, or of the proxy before this server. */
    String clientAddress() {
        return request.remotePeer().host();
    }

    Optional<String> query(String name) {
        return request.query().first(name).asOptional();
    }

    List<String> queries(String name) {
        return request.query().contains(name) ? request.query().all(name) : List.of();
    }

    Optional<String> header(HeaderName name) {
        return request.headers().first(name);
    }

    boolean hasBody() {
        return request.content().hasEntity();
    }

    /** As the client says; empty when it sends chunks. */
    OptionalLong announcedBytes() {
        return hasBody() ? request.headers().contentLength() : OptionalLong.of(0);
    }

    InputStream body() {
        if (body == null) {
            body = hasBody() ? request.content().inputStream() : InputStream.nullInputStream();
        }
        return body;
    }

    /** Fails with TooLarge {@code slug} when there are more. */
    byte[] body(int bytesMax, String slug) throws IOException {
        if (announcedBytes().orElse(0) <= bytesMax) {
            byte[] content = body().readNBytes(bytesMax + 1);
            if (content.length <= bytesMax) {
                return content;
            }
        }
        throw new Problem.TooLarge(slug, "The body is over " + bytesMax + " bytes.").asException();
    }

    Exchange with(HeaderName name, String value) {
        response.header(name, value);
        return this;
    }

    Exchange with(String name, String value) {
        response.header(name, value);
        return this;
    }

    Exchange withAll(String name, List<String> values) {
        response.header(HeaderValues.create(HeaderNames.create(name), values));
        return this;
    }

    Exchange withDigest(Digest digest) {
        return with(CONTENT_DIGEST, digest.value());
    }

    void empty(int status) {
        response.status(Status.create(status)).send();
    }

    void json(int status, Object body) {
        json(status, "application/json", body);
    }

    void json(int status, String mediaType, Object body) {
        try {
            send(status, mediaType, JSON.writeValueAsBytes(body));
        } catch (JsonProcessingException onlyMapsAndTexts) {
            throw new IllegalStateException(onlyMapsAndTexts);
        }
    }

    void text(int status, String text) {
        send(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    void send(int status, String mediaType, byte[] content) {
        response.status(Status.create(status)).header(HeaderNames.CONTENT_TYPE, mediaType);
        if (isHead()) {
            head(content.length);
        } else {
            response.send(content);
        }
    }

    /** A status and its headers, with the length that the body would have. */
    void head(long contentLength) {
        response.header(HeaderNames.CONTENT_LENGTH, String.valueOf(contentLength));
        response.send();
    }

    /** The caller writes just so many bytes and closes it. */
    OutputStream stream(int status, long contentLength) {
        response.status(Status.create(status)).header(HeaderNames.CONTENT_LENGTH, String.valueOf(contentLength));
        return response.outputStream();
    }

    void status(int status) {
        response.status(Status.create(status));
    }

    boolean isSent() {
        return response.isSent();
    }

    void error(OciError error) {
        if (isSent()) {
            return;
        }
        if (hasBody() && !request.content().consumed() && !drained()) {
            // What is left would be read as the next request.
            response.header(HeaderNames.CONNECTION, "close");
        }
        error.retryAfter()
                .ifPresent(wait -> with(HeaderNames.RETRY_AFTER, String.valueOf(Math.max(1, wait.toSeconds()))));
        send(error.status(), "application/json", error.body());
    }

    /**
     * Reads the rest of a body that is refused, when it is small: a connection that is closed with something unread takes
     * back the answer that the client has not read yet.
     */
    private boolean drained() {
        boolean waits = header(HeaderNames.EXPECT).isPresent();
        if (waits || announcedBytes().orElse(0) > REFUSED_BODY_BYTES_MAX) {
            return false;
        }
        try {
            return body().readNBytes(REFUSED_BODY_BYTES_MAX).length < REFUSED_BODY_BYTES_MAX;
        } catch (IOException | IllegalStateException brokenOrClosed) {
            return false;
        }
    }
}
