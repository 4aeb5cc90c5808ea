package im.backend.route.proxy;

import io.undertow.client.ClientConnection;
import io.undertow.util.AttachmentKey;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/** A request on its way to an app; only the thread of its client's connection uses it. */
final class ProxiedRequest {
    static final AttachmentKey<ProxiedRequest> KEY = AttachmentKey.create(ProxiedRequest.class);

    private final Route route;
    private final long startedNanos = System.nanoTime();
    private Upstream upstream;
    private @Nullable ClientConnection connection;
    private @Nullable ProxyFailure failure;
    private boolean left;
    private boolean givenUp;

    ProxiedRequest(RouteTable.Entry entry) {
        this.route = entry.route();
        this.upstream = entry.upstream();
    }

    Route route() {
        return route;
    }

    Upstream upstream() {
        return upstream;
    }

    long elapsedNanos() {
        return System.nanoTime() - startedNanos;
    }

    /** The first endpoint failed: the next one of the same route takes the request. */
    void turnToNext() {
        Upstream next = route.next();
        if (next != upstream) {
            next.enter();
            upstream.leave();
            upstream = next;
        }
    }

    void connected(ClientConnection to) {
        connection = to;
        failure = null;
    }

    @Nullable
    ProxyFailure failure() {
        return failure;
    }

    /** Remembers why, for the answer; the first reason is the right one. */
    void failed(ProxyFailure reason) {
        if (failure == null) {
            failure = reason;
        }
    }

    /** A retry would do harm: the app had its time, or the client has gone. */
    boolean isOver() {
        return left || givenUp || failure == ProxyFailure.TIMEOUT || failure == ProxyFailure.REQUEST_TIMEOUT;
    }

    /** The app does not accept a connection; a request that waits for a free one is not connecting yet. */
    boolean isConnecting() {
        return !givenUp
                && switch (upstream.pool().available()) {
                    case FULL, FULL_QUEUE -> false;
                    case AVAILABLE, PROBLEM, DRAIN, CLOSED -> true;
                };
    }

    /** The client has its answer, whatever the connection that is still being made will say. */
    void giveUp() {
        failed(ProxyFailure.UNREACHABLE);
        givenUp = true;
    }

    boolean isGivenUp() {
        return givenUp;
    }

    boolean isConnected() {
        return connection != null;
    }

    /**
     * Hangs up on the app. The library's own close is polite: it reads for seconds what the app still says. So the socket is
     * taken away from it, as for an upgrade, and closed; the library then ends the request by itself.
     */
    void abort(ProxyFailure reason) {
        failed(reason);
        ClientConnection open = connection;
        if (open != null && open.isOpen()) {
            try {
                open.performUpgrade().close();
            } catch (IOException alreadyClosed) {
                IoUtils.safeClose(open);
            }
        }
    }

    /** Counts the request out, once: either when it ends or when its client is gone. */
    void leave() {
        if (!left) {
            left = true;
            upstream.leave();
        }
    }
}
