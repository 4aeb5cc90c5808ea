package im.backend.server.edge;

import java.time.Duration;
import java.util.List;

/** What one client may take from the platform's listener before it is told to go. */
public record EdgeLimits(Connections connections, Head head, Body body, Reply reply, Requests requests) {
    private static final int KIBIBYTE = 1024;

    /** The defaults of a server that anybody may reach. */
    public static EdgeLimits defaults() {
        return new EdgeLimits(
                new Connections(4_096, 100, Duration.ofSeconds(60)),
                new Head(8 * KIBIBYTE, 16 * KIBIBYTE, 100, Duration.ofSeconds(10)),
                new Body(Duration.ofSeconds(10), KIBIBYTE, List.of("/git/")),
                new Reply(Duration.ofSeconds(30), KIBIBYTE),
                new Requests(256, 256, Duration.ofSeconds(5)));
    }

    public EdgeLimits withConnections(Connections changed) {
        return new EdgeLimits(changed, head, body, reply, requests);
    }

    public EdgeLimits withHead(Head changed) {
        return new EdgeLimits(connections, changed, body, reply, requests);
    }

    public EdgeLimits withBody(Body changed) {
        return new EdgeLimits(connections, head, changed, reply, requests);
    }

    public EdgeLimits withReply(Reply changed) {
        return new EdgeLimits(connections, head, body, changed, requests);
    }

    public EdgeLimits withRequests(Requests changed) {
        return new EdgeLimits(connections, head, body, reply, changed);
    }

    /**
     * @param openMax open at once; one more is closed without an answer
     * @param perAddressMax open at once from one address; the loopback address is excepted, since a proxy may stand there
     * @param idle how long an open connection may wait between two requests
     */
    public record Connections(int openMax, int perAddressMax, Duration idle) {}

    /**
     * @param requestLineBytesMax 414 above
     * @param headerBytesMax 431 above
     * @param headerLinesMax 431 above
     * @param time from the first byte (of the first request: from the connection) to the empty line; 408 after it
     */
    public record Head(int requestLineBytesMax, int headerBytesMax, int headerLinesMax, Duration time) {}

    /**
     * @param grace how long the server waits for bytes of a body beyond what the rate allows; 408 after it
     * @param bytesPerSecondMin the slowest a body may come
     * @param encodedPaths the path prefixes below which a body may be compressed; 415 elsewhere
     */
    public record Body(Duration grace, int bytesPerSecondMin, List<String> encodedPaths) {
        public Body {
            encodedPaths = List.copyOf(encodedPaths);
        }
    }

    /**
     * @param grace how long one write may wait for its reader beyond what the rate allows; the connection is closed after it
     * @param bytesPerSecondMin the slowest a reply may be read
     */
    public record Reply(Duration grace, int bytesPerSecondMin) {}

    /** So many are worked on at once, so many wait for at most this long; 503 above. An upgraded WebSocket does not count. */
    public record Requests(int concurrentMax, int queuedMax, Duration queueTime) {}
}
