package im.backend.server.edge;

import im.backend.listener.ConnectionCount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The listener's open connections; one thread looks at their deadlines and ends those that are past. */
final class OpenSockets implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(OpenSockets.class.getName());
    private static final Duration SCAN_MAX = Duration.ofMillis(250);

    private final EdgeLimits limits;
    private final ConnectionCount count;
    private final Set<EdgeSocket> open = ConcurrentHashMap.newKeySet();
    private final Map<SocketAddress, EdgeSocket> byRemote = new ConcurrentHashMap<>();
    private final Duration scanInterval;
    private volatile @Nullable Thread watcher;

    OpenSockets(EdgeLimits limits) {
        this.limits = limits;
        this.count = new ConnectionCount(
                limits.connections().openMax(), limits.connections().perAddressMax());
        this.scanInterval = shortest(limits.head().time(), limits.connections().idle(), SCAN_MAX.multipliedBy(4))
                .dividedBy(4);
    }

    void start() {
        Thread thread = Thread.ofPlatform().daemon().name("edge-deadlines").unstarted(this::watch);
        // Named before it runs: it ends as soon as it finds that it is not the watcher.
        watcher = thread;
        thread.start();
    }

    int open() {
        return count.open();
    }

    /** Counts the connection and starts its first deadline; throws when it is one too many. */
    void admit(SocketChannel channel) {
        if (watcher == null) {
            throw new IllegalStateException("the edge is not started, so nothing would watch this connection");
        }
        InetSocketAddress remote = remote(channel);
        if (!count.tryAdd(remote.getAddress())) {
            throw new IllegalStateException("too many connections");
        }
        EdgeSocket socket = new EdgeSocket(channel, remote);
        socket.readUntil(System.nanoTime() + limits.head().time().toNanos());
        open.add(socket);
        byRemote.put(remote, socket);
    }

    /** The connection as it was admitted. */
    EdgeSocket find(SocketAddress remote) {
        EdgeSocket socket = byRemote.get(remote);
        if (socket == null) {
            throw new IllegalStateException("a connection came past the accept hook");
        }
        return socket;
    }

    void release(EdgeSocket socket) {
        if (open.remove(socket)) {
            byRemote.remove(socket.remote(), socket);
            count.remove(socket.remote().getAddress());
        }
    }

    @Override
    public void close() {
        Thread stopping = watcher;
        watcher = null;
        LockSupport.unpark(stopping);
    }

    private void watch() {
        while (watcher == Thread.currentThread()) {
            long now = System.nanoTime();
            for (EdgeSocket socket : open) {
                if (!socket.isOpen()) {
                    release(socket);
                } else {
                    endIfPast(socket, now);
                }
            }
            LockSupport.parkNanos(scanInterval.toNanos());
        }
    }

    /** Whatever goes wrong with one connection, the others keep their watcher. */
    private static void endIfPast(EdgeSocket socket, long now) {
        try {
            socket.endIfPast(now);
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.DEBUG, "connection could not be ended", e);
        }
    }

    private static Duration shortest(Duration first, Duration second, Duration third) {
        Duration shorter = first.compareTo(second) < 0 ? first : second;
        return shorter.compareTo(third) < 0 ? shorter : third;
    }

    private static InetSocketAddress remote(SocketChannel channel) {
        try {
            return (InetSocketAddress) channel.getRemoteAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
