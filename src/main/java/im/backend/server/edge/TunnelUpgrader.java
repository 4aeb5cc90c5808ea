package im.backend.server.edge;

import io.helidon.http.HttpPrologue;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.spi.Http1Upgrader;
import io.helidon.webserver.spi.ServerConnection;
import org.jspecify.annotations.Nullable;

/** Notes that a connection became a WebSocket: requests and their deadlines are over. */
record TunnelUpgrader(Http1Upgrader inner) implements Http1Upgrader {
    @Override
    public String supportedProtocol() {
        return inner.supportedProtocol();
    }

    @Override
    public @Nullable ServerConnection upgrade(
            ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
        ServerConnection upgraded = inner.upgrade(context, prologue, headers);
        if (upgraded != null) {
            EdgeContext edge = EdgeContext.of(context);
            edge.conversation().startTunnel();
            edge.reader().startTunnel();
        }
        return upgraded;
    }
}
