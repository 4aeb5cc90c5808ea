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

    /** What is followed may begin with a long silence: the kubelet answers when there is a line. */
    static Attempt<LogStream> open(Connection connection, Call call, boolean follow) {
        okhttp3.Call stream = connection.stream(call, Duration.ZERO);
        try {
            Response response = follow ? Connection.execute(stream) : connection.begin(stream);
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
