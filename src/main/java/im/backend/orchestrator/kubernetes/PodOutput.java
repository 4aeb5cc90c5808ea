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
    private static final System.Logger LOG = System.getLogger(PodOutput.class.getName());
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
    /** Whether the line of which more may come was not heard before. */
    private boolean fresh;

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
            boolean cut = false;
            for (int next = bytes.read(); next >= 0; next = bytes.read()) {
                if (next != '\n') {
                    line.write(next);
                }
                if (next == '\n' || line.size() == LINE_BYTES_MAX) {
                    tell(line.toString(StandardCharsets.UTF_8), cut, listener);
                    line.reset();
                    cut = next != '\n';
                    if (bytes.available() == 0) {
                        listener.caughtUp();
                    }
                }
            }
            if (line.size() > 0) {
                tell(line.toString(StandardCharsets.UTF_8), cut, listener);
            }
        } finally {
            listener.caughtUp();
        }
    }

    /** @param rest of a line that was too long to be told at once */
    private void tell(String stamped, boolean rest, Listener listener) {
        if (rest) {
            if (fresh && !stamped.isEmpty()) {
                listener.line(last, stamped);
            }
            return;
        }
        fresh = false;
        int blank = stamped.indexOf(' ');
        String stamp = blank < 0 ? stamped : stamped.substring(0, blank);
        try {
            Instant at = Instant.parse(stamp);
            if (at.isAfter(last)) {
                fresh = true;
                last = at;
                listener.line(at, blank < 0 ? "" : stamped.substring(blank + 1));
            }
        } catch (DateTimeParseException ofTheKubelet) {
            // It tells a fault of its own in the same stream, as that the log is gone with its pod.
            LOG.log(System.Logger.Level.DEBUG, "of the log of {0} the kubelet says: {1}", pod, stamped);
        }
    }
}
