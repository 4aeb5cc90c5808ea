package im.backend.source.git.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** A service's reply, begun at its first byte: until then a failure can still be told by an HTTP status. */
final class ReplyStream extends OutputStream {
    private final ServerResponse response;
    private final String service;
    private @Nullable OutputStream begun;

    ReplyStream(ServerResponse response, String service) {
        this.response = response;
        this.service = service;
    }

    boolean isBegun() {
        return begun != null;
    }

    @Override
    public void write(int value) throws IOException {
        begin().write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        begin().write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
        if (begun != null) {
            begun.flush();
        }
    }

    /** Ends the reply as whole; not to be called after a failure. */
    void end() throws IOException {
        begin().close();
    }

    private OutputStream begin() {
        OutputStream stream = begun;
        if (stream == null) {
            response.header(HeaderNames.CONTENT_TYPE, "application/x-" + service + "-result");
            stream = response.outputStream();
            begun = stream;
        }
        return stream;
    }
}
