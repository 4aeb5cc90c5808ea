package im.backend.build.remote;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Optional;

/** An HTTP answer whose body may be large. */
record RemoteAnswer(HttpURLConnection connection) implements Closeable {
    int status() throws IOException {
        try {
            return connection.getResponseCode();
        } catch (HttpRetryException streamed) {
            // A 401 to a streamed body: the body is gone, the status is what matters.
            return streamed.responseCode();
        }
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(connection.getHeaderField(name));
    }

    InputStream body() throws IOException {
        return connection.getInputStream();
    }

    URI uri() {
        return URI.create(connection.getURL().toString());
    }

    /** An answer that is read to its end leaves its connection to the next request. */
    @Override
    public void close() throws IOException {
        try (InputStream rest = status() >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
            if (rest != null) {
                rest.skipNBytes(0);
                rest.readNBytes(DRAINED_BYTES_MAX);
            }
        } catch (IOException broken) {
            connection.disconnect();
        }
    }

    private static final int DRAINED_BYTES_MAX = 64 * 1024;
}
