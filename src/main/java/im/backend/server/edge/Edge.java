package im.backend.server.edge;

import io.helidon.common.concurrency.limits.FixedLimit;
import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsUpgrader;
import java.time.Duration;

/**
 * Hardens the platform's listener: connection limits, deadlines from the first instant, one spelling of a path, one reading of
 * a body's end. The server library alone lets a client that sends a byte now and then hold a connection for ever, and ends
 * the whole listener when a client declares one huge chunk.
 *
 * <pre>{@code
 * Edge edge = new Edge(EdgeLimits.defaults());
 * WebServerConfig.Builder builder = WebServer.builder().port(8080).routing(...);
 * edge.harden(builder);   // sets connection options, selectors, limits, direct handlers: leave these to it
 * edge.start();           // before the server starts
 * WebServer server = builder.build().start();
 * ...
 * server.stop();
 * edge.close();           // after the server stopped
 * }</pre>
 *
 * What it refuses is answered as problem+json and ends the connection. An upgraded WebSocket has no read deadline here: ping it
 * and close it when the pong stays away. A compressed request body is let through only below {@link EdgeLimits.Body#encodedPaths}.
 */
public final class Edge implements AutoCloseable {
    /** The library's own idle rule cuts WebSockets too; ours comes first, and a WebSocket is pinged more often than this. */
    private static final Duration LIBRARY_IDLE = Duration.ofMinutes(10);

    private final EdgeLimits limits;
    private final OpenSockets sockets;

    public Edge(EdgeLimits limits) {
        this.limits = limits;
        this.sockets = new OpenSockets(limits);
    }

    /** Puts the hardening into the listener's configuration; everything else of {@code builder} stays the caller's. */
    public void harden(WebServerConfig.Builder builder) {
        WsConfig webSocket =
                WsConfig.builder().maxFrameLength(EdgeReader.FRAME_BYTES_MAX).build();
        SocketOptions options = SocketOptions.builder().tcpNoDelay(true).build();
        builder.connectionOptions(new AcceptHook(options, sockets))
                .protocolsDiscoverServices(false)
                .addProtocol(webSocket)
                .addConnectionSelector(new EdgeSelector(http1(webSocket), sockets, limits))
                .useNio(true)
                .idleConnectionTimeout(LIBRARY_IDLE)
                .concurrencyLimit(FixedLimit.builder()
                        .permits(limits.requests().concurrentMax())
                        .queueLength(limits.requests().queuedMax())
                        .queueTimeout(limits.requests().queueTime())
                        .build())
                .directHandlers(TransportProblems.handlers());
    }

    /** Watches the deadlines from now on. */
    public void start() {
        sockets.start();
    }

    /** Open connections at this moment. */
    public int openConnections() {
        return sockets.open();
    }

    @Override
    public void close() {
        sockets.close();
    }

    private Http1ConnectionSelector http1(WsConfig webSocket) {
        RequestGuard guard = new RequestGuard(limits);
        Http1Config config = Http1Config.builder()
                .maxPrologueLength(limits.head().requestLineBytesMax())
                // Ours answers 431 at the limit; the library's 400 is only the backstop.
                .maxHeadersSize(4 * limits.head().headerBytesMax())
                .addReceiveListener(guard)
                .addSendListener(new ReplyWatch())
                .build();
        return Http1ConnectionSelector.builder()
                .config(config)
                .addUpgrader(new TunnelUpgrader(WsUpgrader.create(webSocket)))
                .build();
    }
}
