package im.backend.client;

import im.backend.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request and its answer. By HttpURLConnection, because loading {@code java.net.http} costs a short-lived process
 * five times as much (measured: 714 against 133 ms for a whole command).
 */
public final class Exchange {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    /** A person in front of a terminal waits this long without being told why. */
    private static final long RETRY_SECONDS_MAX = 5;

    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int BODY_BYTES_MAX = 64 << 20;

    /** A body that is written while it is sent. */
    @FunctionalInterface
    public interface Body {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Documents that are only passed on may be of any type. */
    private static final String ACCEPTED =
            "application/json, application/x-ndjson, application/problem+json, */*;q=0.1";

    private final HttpURLConnection connection;

    private Exchange(HttpURLConnection connection) {
        this.connection = connection;
    }

    /** @throws IOException when no connection came about or it broke */
    static Exchange send(String method, URI uri, Map<String, String> headers, @Nullable Body body, Duration answerMax)
            throws IOException {
        return send(method, uri, headers, body, Size.LARGE, answerMax);
    }

    /** Of a streamed body the JDK throws away what a 401 says; a small one is sent from memory. */
    private enum Size {
        SMALL,
        LARGE
    }

    private static Exchange send(
            String method, URI uri, Map<String, String> headers, @Nullable Body body, Size size, Duration answerMax)
            throws IOException {
        boolean loopback = uri.getHost().startsWith("127.") || uri.getHost().equals("localhost");
        HttpURLConnection connection = (HttpURLConnection)
                (loopback
                        ? uri.toURL().openConnection(Proxy.NO_PROXY)
                        : uri.toURL().openConnection());
        connection.setRequestMethod(method);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setConnectTimeout((int) CONNECT_MAX.toMillis());
        connection.setReadTimeout((int) answerMax.toMillis());
        connection.setRequestProperty("Accept", ACCEPTED);
        headers.forEach(connection::setRequestProperty);
        if (body != null) {
            connection.setDoOutput(true);
            if (size == Size.LARGE) {
                connection.setChunkedStreamingMode(CHUNK_BYTES);
            }
            try (OutputStream out = connection.getOutputStream()) {
                body.writeTo(out);
            }
        }
        return new Exchange(connection);
    }

    static Exchange sendJson(
            String method, URI uri, Map<String, String> headers, @Nullable JsonObject json, Duration answerMax)
            throws IOException {
        if (method.equals("PATCH")) {
            throw new IllegalArgumentException("HttpURLConnection does not know PATCH");
        }
        if (json == null) {
            return send(method, uri, headers, null, answerMax);
        }
        byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
        Map<String, String> typed = new HashMap<>(headers);
        typed.put("Content-Type", "application/json");
        return send(method, uri, typed, out -> out.write(bytes), Size.SMALL, answerMax);
    }

    int status() throws IOException {
        try {
            return connection.getResponseCode();
        } catch (HttpRetryException streamed) {
            // A 401 to a streamed body: there is nobody to ask for a password, so this is the answer.
            return streamed.responseCode();
        }
    }

    String text() throws IOException {
        try (InputStream in = stream()) {
            byte[] bytes = in.readNBytes(BODY_BYTES_MAX + 1);
            if (bytes.length > BODY_BYTES_MAX) {
                throw new IOException("the answer is over " + BODY_BYTES_MAX + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    InputStream stream() throws IOException {
        if (status() >= 400) {
            InputStream error = connection.getErrorStream();
            return error == null ? InputStream.nullInputStream() : error;
        }
        return connection.getInputStream();
    }

    Problem problem() throws IOException {
        return Problems.of(status(), text(), retryAfterSeconds());
    }

    /**
     * Waits when the server asks for a short pause (429 or 503 with a small Retry-After, RFC 9110 section 10.2.3).
     *
     * @return whether it did, so that the request should be sent again
     */
    boolean awaitedRetry() throws IOException {
        long seconds = retryAfterSeconds();
        if (status() != 429 && status() != 503 || seconds < 1 || seconds > RETRY_SECONDS_MAX) {
            return false;
        }
        try {
            Thread.sleep(Duration.ofSeconds(seconds));
            return true;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    /** 0 when there is none, or a date. */
    private long retryAfterSeconds() {
        String retryAfter = connection.getHeaderField("Retry-After");
        boolean seconds = retryAfter != null && retryAfter.matches("[0-9]{1,6}");
        return seconds ? Long.parseLong(retryAfter) : 0;
    }
}
