package im.backend.server.edge;

/**
 * Where a connection stands between two requests, and until when it may wait for its client. Only the connection's own thread
 * uses it; the deadlines it sets are what the watcher sees.
 */
final class Conversation {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private static final int LARGE_BODY_BYTES = 32 * 1024;

    private final EdgeSocket socket;
    private final EdgeLimits limits;
    private Phase phase = Phase.HEAD;
    private long headEnds;
    private long headBytes;
    private long bodyBytes;
    private long bodyWaitedNanos;
    private String path = "";
    private volatile boolean replyStarted;
    private volatile boolean closeAfterReply;

    /** A new connection owes its first request: the deadline of the head runs already. */
    Conversation(EdgeSocket socket, EdgeLimits limits) {
        this.socket = socket;
        this.limits = limits;
        this.headEnds = System.nanoTime() + limits.head().time().toNanos();
    }

    EdgeSocket socket() {
        return socket;
    }

    EdgeLimits limits() {
        return limits;
    }

    Phase phase() {
        return phase;
    }

    /** The target as it was sent. */
    String path() {
        return path;
    }

    void startRequest(String rawPath) {
        path = rawPath;
    }

    boolean replyStarted() {
        return replyStarted;
    }

    boolean closesAfterReply() {
        return closeAfterReply;
    }

    void closeAfterReply() {
        closeAfterReply = true;
    }

    void startReply() {
        replyStarted = true;
    }

    void startBody(int bytesThere) {
        phase = Phase.BODY;
        bodyBytes = bytesThere;
        bodyWaitedNanos = 0;
    }

    /** Of a body more came than fits into a few reads, so the rest is worth larger ones. */
    boolean receivesLargeBody() {
        return phase == Phase.BODY && bodyBytes > LARGE_BODY_BYTES;
    }

    void startTunnel() {
        phase = Phase.TUNNEL;
    }

    /** The reply is out; bytes that are there already are the start of the next request. */
    void endRequest(int bytesThere) {
        phase = Phase.IDLE;
        replyStarted = false;
        if (bytesThere > 0) {
            startHead(bytesThere);
        }
    }

    /** Called before the thread waits for bytes; gives the instant to hand to {@link #received}. */
    long await() {
        long now = System.nanoTime();
        switch (phase) {
            case IDLE -> socket.readUntil(now + limits.connections().idle().toNanos());
            case HEAD -> socket.readUntil(headEnds);
            case BODY -> socket.readUntil(now + patienceNanos());
            case TUNNEL -> {} // A WebSocket lives as long as its pings are answered.
        }
        return now;
    }

    void received(int bytes, long awaitedFrom) {
        socket.readDone();
        switch (phase) {
            case IDLE -> startHead(bytes);
            case HEAD -> headBytes += bytes;
            case BODY -> {
                bodyBytes += bytes;
                bodyWaitedNanos += System.nanoTime() - awaitedFrom;
            }
            case TUNNEL -> {}
        }
    }

    /** More was read of the head than a legal one has. */
    boolean headIsTooLarge() {
        return phase == Phase.HEAD
                && headBytes
                        > (long) limits.head().requestLineBytesMax()
                                + limits.head().headerBytesMax();
    }

    /** Only the time spent waiting for the client counts, not the time the route takes between two reads. */
    private long patienceNanos() {
        long earned = bodyBytes * NANOS_PER_SECOND / limits.body().bytesPerSecondMin();
        return limits.body().grace().toNanos() + earned - bodyWaitedNanos;
    }

    private void startHead(int bytes) {
        phase = Phase.HEAD;
        headEnds = System.nanoTime() + limits.head().time().toNanos();
        headBytes = bytes;
    }

    enum Phase {
        IDLE,
        HEAD,
        BODY,
        TUNNEL
    }
}
