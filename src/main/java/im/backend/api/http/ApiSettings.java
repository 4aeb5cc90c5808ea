package im.backend.api.http;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/**
 * @param spool folder for uploads on their way in; emptied at start
 * @param origins web origins that may open WebSockets, beside the server's own
 */
public record ApiSettings(Path spool, long uploadBytesMax, Rates rates, Sockets sockets, Set<URI> origins) {
    private static final long UPLOAD_BYTES_MAX = 100L << 20;

    public ApiSettings {
        origins = Set.copyOf(origins);
    }

    public static ApiSettings defaults(Path spool) {
        return new ApiSettings(spool, UPLOAD_BYTES_MAX, Rates.DEFAULT, Sockets.DEFAULT, Set.of());
    }

    /** Calls a minute: per token, per address of an anonymous caller, deployments per user. */
    public record Rates(int perToken, int perAddress, int deployments) {
        public static final Rates DEFAULT = new Rates(600, 60, 10);
    }

    /**
     * @param watchersMax WebSockets in all
     * @param watchersPerUserMax of one user
     * @param ping pause between two pings; a peer that is silent for a bit more than two of them is gone
     */
    public record Sockets(int watchersMax, int watchersPerUserMax, Duration ping) {
        public static final Sockets DEFAULT = new Sockets(1_000, 20, Duration.ofSeconds(20));
    }
}
