package im.backend.server.edge;

import io.helidon.common.buffers.BufferData;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.util.Set;

/** Takes each connection of the listener, whatever it speaks, and gives the library's HTTP/1.1 a guarded one. */
record EdgeSelector(Http1ConnectionSelector http1, OpenSockets sockets, EdgeLimits limits)
        implements ServerConnectionSelector {
    @Override
    public int bytesToIdentifyConnection() {
        return http1.bytesToIdentifyConnection();
    }

    /** Unsupported ones would be closed without a word, and would be read without a deadline first. */
    @Override
    public Support supports(BufferData start) {
        return Support.SUPPORTED;
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return http1.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        EdgeSocket socket = sockets.find(context.remotePeer().address());
        EdgeContext guarded = new EdgeContext(context, new Conversation(socket, limits));
        return new EdgeConnection(http1.connection(guarded), guarded, () -> sockets.release(socket));
    }
}
