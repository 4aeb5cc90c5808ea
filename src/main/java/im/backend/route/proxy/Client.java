package im.backend.route.proxy;

import im.backend.problem.ProblemInstance;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/**
 * One client's connection: what it is waiting for, and whether somebody makes somebody wait too long. It is looked at several
 * times a second and not at each byte; only its own input/output thread uses it.
 */
final class Client implements Upstream.Tunnel {
    /** FIN and the close code 1001 "going away" (RFC 6455 section 7.4.1), unmasked as a server's frames are. */
    private static final byte[] GOING_AWAY = {(byte) 0x88, 2, 0x03, (byte) 0xE9};

    private static final int FRAMING_BYTES = 64 * 1024;

    private final StreamConnection connection;
    private final InetSocketAddress peer;
    private final ProxyLimits limits;
    private final CountingSource source;
    private final CountingSink sink;
    private final Patience sending;
    private final Patience reading;
    private final long openedNanos = System.nanoTime();
    private volatile @Nullable HttpServerExchange exchange;
    private volatile @Nullable ProxiedRequest request;
    private @Nullable ProxiedRequest tunnel;
    private int requests;
    private long receivedBefore;
    private long sentBefore;
    private long lookedNanos = openedNanos;
    private long progressNanos = openedNanos;

    Client(StreamConnection connection, InetSocketAddress peer, ProxyLimits limits) {
        this.connection = connection;
        this.peer = peer;
        this.limits = limits;
        ProxyLimits.Clients clients = limits.clients();
        this.source = new CountingSource(connection.getSourceChannel().getConduit());
        this.sink = new CountingSink(connection.getSinkChannel().getConduit());
        this.sending = new Patience(clients.patience(), clients.bytesPerSecondMin());
        this.reading = new Patience(clients.patience(), clients.bytesPerSecondMin());
    }

    /** Before the library sees the connection, so that it counts what passes below the library. */
    void attach() {
        connection.getSourceChannel().setConduit(source);
        connection.getSinkChannel().setConduit(sink);
    }

    InetSocketAddress peer() {
        return peer;
    }

    boolean isOpen() {
        return connection.isOpen();
    }

    boolean sentTooMuch() {
        return source.isExceeded();
    }

    /** A request is in flight whose reply ends by itself. Asked by the thread that closes the proxy. */
    boolean owesReply() {
        HttpServerExchange current = exchange;
        return current != null && isOpen() && !(current.isResponseStarted() && isEventStream(current));
    }

    /** The request that begins next is the connection's last. */
    boolean isWornOut() {
        return requests + 1 >= limits.clients().requestsMax();
    }

    void begin(HttpServerExchange started, ProxiedRequest proxied) {
        requests++;
        exchange = started;
        request = proxied;
        // The library's own limit counts chunks twice; chunk sizes and separators are let through on top of the body.
        long max = limits.requests().bodyBytesMax();
        source.allow(max + max / 64 + FRAMING_BYTES);
        progressNanos = System.nanoTime();
        sending.refill();
        reading.refill();
    }

    /** From here on bytes pass both ways without a request around them. */
    void upgrade(ProxiedRequest upgraded) {
        tunnel = upgraded;
        upgraded.upstream().open(this);
    }

    /** The exchange is over; true when the request goes on as a tunnel. */
    boolean end(ProxiedRequest ended) {
        exchange = null;
        request = null;
        source.allowAll();
        return tunnel == ended;
    }

    /** The connection is gone; a request that the library still works on ends now, since nobody waits for it. */
    void closed() {
        if (tunnel != null) {
            tunnel.upstream().closed(this);
            tunnel.leave();
            tunnel = null;
        }
        ProxiedRequest unanswered = request;
        if (unanswered != null) {
            unanswered.leave();
            unanswered.abort(ProxyFailure.NO_ANSWER);
        }
    }

    /** Says good-bye and hangs up. Called from the thread that drains, hence the hand-over. */
    @Override
    public void end() {
        connection.getIoThread().execute(() -> {
            write(GOING_AWAY);
            IoUtils.safeClose(connection);
        });
    }

    void look(long now) {
        long waited = now - lookedNanos;
        long received = source.bytes() - receivedBefore;
        long sent = sink.bytes() - sentBefore;
        lookedNanos = now;
        receivedBefore += received;
        sentBefore += sent;
        boolean readerWaits = connection.isOpen() && sink.isWriteResumed();
        HttpServerExchange current = exchange;
        ProxiedRequest proxied = request;
        if (readerWaits && !reading.spend(waited, sent)) {
            if (proxied != null) {
                proxied.abort(ProxyFailure.REQUEST_TIMEOUT);
            }
            IoUtils.safeClose(connection);
        } else if (proxied != null && current != null && tunnel == null) {
            lookAt(current, proxied, waited, received, sent, readerWaits);
        } else if (source.bytes() == 0
                && now - openedNanos > limits.requests().headTime().toNanos()) {
            IoUtils.safeClose(connection);
        }
    }

    private void lookAt(
            HttpServerExchange current,
            ProxiedRequest proxied,
            long waited,
            long received,
            long sent,
            boolean readerWaits) {
        boolean awaitsBody = !current.isRequestComplete() && source.isReadResumed();
        if (awaitsBody && !sending.spend(waited, received)) {
            cutSlowBody(current, proxied);
            return;
        }
        if (awaitsBody || readerWaits || received + sent > 0) {
            progressNanos = lookedNanos;
        }
        long stalled = lookedNanos - progressNanos;
        if (current.isRequestComplete() && source.hasEnded()) {
            // Nobody waits for the reply: closed() tells the app so, at the next look.
            IoUtils.safeClose(connection);
        } else if (!proxied.isConnected() && stalled > limits.apps().connect().toNanos() && proxied.isConnecting()) {
            proxied.giveUp();
            Harden.refuse(current, ProxyFailure.UNREACHABLE);
        } else if (!current.isResponseStarted()) {
            if (stalled > limits.apps().firstByte().toNanos()) {
                proxied.abort(ProxyFailure.TIMEOUT);
            }
        } else if (stalled > limits.apps().idle().toNanos() && !isEventStream(current)) {
            proxied.abort(ProxyFailure.TIMEOUT);
            IoUtils.safeClose(connection);
        }
    }

    /** No reply has begun, so nothing of one waits in the socket and this small write goes through. */
    private void cutSlowBody(HttpServerExchange current, ProxiedRequest proxied) {
        if (!current.isResponseStarted()) {
            write(ProxyFailure.REQUEST_TIMEOUT.problem().answer(ProblemInstance.next()));
        }
        proxied.abort(ProxyFailure.REQUEST_TIMEOUT);
        IoUtils.safeClose(connection);
    }

    private static boolean isEventStream(HttpServerExchange exchange) {
        String type = exchange.getResponseHeaders().getFirst(Headers.CONTENT_TYPE);
        return type != null && type.startsWith("text/event-stream");
    }

    private void write(byte[] bytes) {
        try {
            sink.write(ByteBuffer.wrap(bytes));
        } catch (IOException alreadyGone) {
            // Good-byes are optional: the connection is closed next.
        }
    }
}
