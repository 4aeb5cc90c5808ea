package im.backend.cluster;

import java.io.InputStream;
import java.io.OutputStream;

/**
 * Where a program reads and writes. A slow reader of its output slows it down; nothing is kept in memory. The streams are
 * not closed here.
 *
 * @param input to its end; the program is told of that end where the cluster can (Kubernetes 1.30 and later)
 */
public record ExecStreams(InputStream input, OutputStream output, OutputStream error) {
    /** Reads nothing. */
    public static ExecStreams to(OutputStream output, OutputStream error) {
        return new ExecStreams(InputStream.nullInputStream(), output, error);
    }
}
