package im.backend.route.proxy;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.proxy.ProxyCallback;
import io.undertow.server.handlers.proxy.ProxyClient;
import io.undertow.server.handlers.proxy.ProxyConnection;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/** Gives each request a connection to the endpoint that {@link Harden} chose for it, and notes why when there is none. */
record AppClient(ProxyLimits.Apps limits) implements ProxyClient {
    /** The first call takes what was chosen; each later one is a retry. Null, when a retry would do harm, ends the request. */
    @Override
    public @Nullable ProxyTarget findTarget(HttpServerExchange exchange) {
        ProxiedRequest request = exchange.getAttachment(ProxiedRequest.KEY);
        if (request.isOver()) {
            return null;
        }
        if (request.isConnected() || request.failure() != null) {
            request.turnToNext();
        }
        return request.upstream();
    }

    @Override
    public void getConnection(
            ProxyTarget target,
            HttpServerExchange exchange,
            ProxyCallback<ProxyConnection> callback,
            long timeout,
            TimeUnit unit) {
        ProxiedRequest request = exchange.getAttachment(ProxiedRequest.KEY);
        request.upstream()
                .pool()
                .connect(
                        target,
                        exchange,
                        new Noting(request, callback),
                        limits.queueTime().toMillis(),
                        TimeUnit.MILLISECONDS,
                        false);
    }

    private record Noting(ProxiedRequest request, ProxyCallback<ProxyConnection> inner)
            implements ProxyCallback<ProxyConnection> {
        @Override
        public void completed(HttpServerExchange exchange, ProxyConnection connection) {
            if (request.isGivenUp()) {
                IoUtils.safeClose(connection.getConnection());
                return;
            }
            request.connected(connection.getConnection());
            inner.completed(exchange, connection);
        }

        @Override
        public void failed(HttpServerExchange exchange) {
            if (request.isGivenUp()) {
                return;
            }
            request.failed(ProxyFailure.UNREACHABLE);
            inner.failed(exchange);
        }

        @Override
        public void couldNotResolveBackend(HttpServerExchange exchange) {
            request.failed(ProxyFailure.UNREACHABLE);
            inner.couldNotResolveBackend(exchange);
        }

        @Override
        public void queuedRequestFailed(HttpServerExchange exchange) {
            request.failed(ProxyFailure.BUSY);
            inner.queuedRequestFailed(exchange);
        }
    }
}
