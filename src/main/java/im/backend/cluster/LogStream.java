package im.backend.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import okhttp3.Response;

/** Output of a container as it comes. {@link #close} may be called by another thread: whoever reads then gets an error. */
public final class LogStream implements AutoCloseable {
    private final okhttp3.Call call;
    private final Response response;

    private LogStream(okhttp3.Call call, Response response) {
        this.call = call;
        this.response = response;
    }

    static Attempt<LogStream> open(Connection connection, Call call) {
        okhttp3.Call stream = connection.stream(call, Duration.ZERO);
        try {
            Response response = Connection.execute(stream);
            if (response.isSuccessful()) {
                return Attempt.done(new LogStream(stream, response));
            }
            try (response) {
                return Attempt.failed(ApiFailure.of(response));
            }
        } catch (IOException fault) {
            return Attempt.failed(ApiFailure.of(fault));
        }
    }

    public InputStream bytes() {
        return response.body().byteStream();
    }

    @Override
    public void close() {
        // Not through the response, whose close would wait for a reader in another thread.
        call.cancel();
        response.close();
    }
}
