package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.LogRequest;
import im.backend.cluster.LogStream;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * What a container writes, line by line, each once: every line has its time, so a stream that broke is opened anew and goes
 * on behind the last one that was heard.
 */
final class PodOutput {
    static final int LINE_BYTES_MAX = 16 << 10;

    /** Hears lines, and each time when no more of them are there for now. */
    interface Listener {
        void line(Instant at, String text);

        void caughtUp();
    }

    private final Cluster cluster;
    private final Address pod;
    private final String container;
    private Instant last;

    /** @param last time of the last line that was heard before; {@link Instant#EPOCH} for none */
    PodOutput(Cluster cluster, Address pod, String container, Instant last) {
        this.cluster = cluster;
        this.pod = pod;
        this.container = container;
        this.last = last;
    }

    /** Returns when the container has ended and all was heard; fails with IOException when the stream broke. */
    void follow(Listener listener) throws IOException {
        hear(LogRequest.of(container).timestamped().following(), listener);
    }

    /** What the container before the last restart wrote. */
    void previous(Listener listener) throws IOException {
        hear(LogRequest.of(container).timestamped().ofPrevious(), listener);
    }

    private void hear(LogRequest request, Listener listener) throws IOException {
        LogRequest from = last.equals(Instant.EPOCH) ? request : request.since(last);
        try (LogStream stream = cluster.logs(pod, from);
                InputStream bytes = new BufferedInputStream(stream.bytes(), LINE_BYTES_MAX)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = bytes.read(); next >= 0; next = bytes.read()) {
                if (next != '\n') {
                    line.write(next);
                }
                if (next == '\n' || line.size() == LINE_BYTES_MAX) {
                    tell(line.toString(StandardCharsets.UTF_8), listener);
                    line.reset();
                    if (bytes.available() == 0) {
                        listener.caughtUp();
                    }
                }
            }
            if (line.size() > 0) {
                tell(line.toString(StandardCharsets.UTF_8), listener);
            }
        } finally {
            listener.caughtUp();
        }
    }

    private void tell(String stamped, Listener listener) {
        int blank = stamped.indexOf(' ');
        String stamp = blank < 0 ? stamped : stamped.substring(0, blank);
        try {
            Instant at = Instant.parse(stamp);
            if (at.isAfter(last)) {
                last = at;
                listener.line(at, blank < 0 ? "" : stamped.substring(blank + 1));
            }
        } catch (DateTimeParseException restOfALongLine) {
            listener.line(last, stamped);
        }
    }
}
