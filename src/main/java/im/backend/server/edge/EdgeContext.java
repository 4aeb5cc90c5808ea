package im.backend.server.edge;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/** The library's connection with our reader, our writer and the state of the conversation. */
final class EdgeContext implements ConnectionContext {
    private final ConnectionContext inner;
    private final Conversation conversation;
    private final EdgeReader reader;
    private final EdgeWriter writer;

    EdgeContext(ConnectionContext inner, Conversation conversation) {
        this.inner = inner;
        this.conversation = conversation;
        this.writer = new EdgeWriter(inner.dataWriter(), conversation);
        this.reader = new EdgeReader(inner.dataReader(), conversation, writer);
    }

    /** The state of the connection that a listener of the library was called for. */
    static EdgeContext of(ConnectionContext context) {
        if (context instanceof EdgeContext edge) {
            return edge;
        }
        throw new IllegalStateException("a connection came past the selector: " + context.getClass());
    }

    Conversation conversation() {
        return conversation;
    }

    EdgeReader reader() {
        return reader;
    }

    EdgeWriter writer() {
        return writer;
    }

    @Override
    public DataReader dataReader() {
        return reader;
    }

    @Override
    public DataWriter dataWriter() {
        return writer;
    }

    @Override
    public ListenerContext listenerContext() {
        return inner.listenerContext();
    }

    @Override
    public ExecutorService executor() {
        return inner.executor();
    }

    @Override
    public Router router() {
        return inner.router();
    }

    @Override
    public Optional<ProxyProtocolData> proxyProtocolData() {
        return inner.proxyProtocolData();
    }

    @Override
    public HelidonSocket serverSocket() {
        return inner.serverSocket();
    }

    @Override
    public PeerInfo remotePeer() {
        return inner.remotePeer();
    }

    @Override
    public PeerInfo localPeer() {
        return inner.localPeer();
    }

    @Override
    public boolean isSecure() {
        return inner.isSecure();
    }

    @Override
    public String socketId() {
        return inner.socketId();
    }

    @Override
    public String childSocketId() {
        return inner.childSocketId();
    }
}
