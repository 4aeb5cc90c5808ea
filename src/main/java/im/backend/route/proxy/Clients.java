package im.backend.route.proxy;

import im.backend.listener.ConnectionCount;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpOpenListener;
import io.undertow.util.AttachmentKey;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/** Every connection to the apps' listener: admits them, and has each looked at by the thread that serves it. */
final class Clients implements ChannelListener<StreamConnection> {
    private static final System.Logger LOG = System.getLogger(Clients.class.getName());
    private static final AttachmentKey<Client> KEY = AttachmentKey.create(Client.class);
    private static final int LOOK_MILLIS_MAX = 250;
    private static final Duration CLOSING_LOOK = Duration.ofMillis(10);

    private final ProxyLimits limits;
    private final HttpOpenListener http;
    private final ConnectionCount count;
    private final Map<SocketAddress, Client> byPeer = new ConcurrentHashMap<>();
    private final Map<XnioIoThread, Set<Client>> byThread = new ConcurrentHashMap<>();
    private final long lookMillis;
    private volatile boolean closing;

    Clients(ProxyLimits limits, HttpOpenListener http) {
        this.limits = limits;
        this.http = http;
        this.count =
                new ConnectionCount(limits.clients().openMax(), limits.clients().perAddressMax());
        this.lookMillis = Math.max(
                1, Math.min(LOOK_MILLIS_MAX, limits.clients().patience().toMillis() / 4));
    }

    int open() {
        return count.open();
    }

    /** True from the moment on when each reply should be its connection's last. */
    boolean closing() {
        return closing;
    }

    /** Waits until no reply is due that ends by itself. */
    void awaitRequests(Duration max) {
        closing = true;
        long deadline = System.nanoTime() + max.toNanos();
        while (byPeer.values().stream().anyMatch(Client::owesReply) && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(CLOSING_LOOK.toNanos());
        }
    }

    /** A new connection, on the thread that will serve it. */
    @Override
    public void handleEvent(StreamConnection connection) {
        InetSocketAddress peer = connection.getPeerAddress(InetSocketAddress.class);
        if (peer == null || !count.tryAdd(peer.getAddress())) {
            IoUtils.safeClose(connection);
            return;
        }
        Client client = new Client(connection, peer, limits);
        client.attach();
        byPeer.put(peer, client);
        byThread.computeIfAbsent(connection.getIoThread(), this::watch).add(client);
        http.handleEvent(connection);
    }

    Client of(HttpServerExchange exchange) {
        Client known = exchange.getConnection().getAttachment(KEY);
        if (known != null) {
            return known;
        }
        Client client = byPeer.get(exchange.getConnection().getPeerAddress());
        if (client == null) {
            throw new IllegalStateException("a connection came past the listener");
        }
        exchange.getConnection().putAttachment(KEY, client);
        return client;
    }

    private Set<Client> watch(XnioIoThread thread) {
        Set<Client> served = ConcurrentHashMap.newKeySet();
        thread.executeAtInterval(() -> look(served), lookMillis, TimeUnit.MILLISECONDS);
        return served;
    }

    private void look(Set<Client> served) {
        long now = System.nanoTime();
        for (Client client : served) {
            if (client.isOpen()) {
                look(client, now);
            } else if (served.remove(client)) {
                byPeer.remove(client.peer(), client);
                count.remove(client.peer().getAddress());
                client.closed();
            }
        }
    }

    /** Whatever goes wrong with one connection, the others are looked at. */
    private static void look(Client client, long now) {
        try {
            client.look(now);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "connection could not be looked at", e);
        }
    }
}
