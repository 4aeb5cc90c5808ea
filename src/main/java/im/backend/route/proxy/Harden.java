package im.backend.route.proxy;

import im.backend.listener.BareProblem;
import im.backend.problem.ProblemInstance;
import io.undertow.server.DefaultResponseListener;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.Protocols;
import io.undertow.util.StatusCodes;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/** Stands before the library's proxy handler: decides where a request goes, and what of it and of its reply may pass. */
final class Harden implements HttpHandler, DefaultResponseListener, ExchangeCompletionListener {
    private static final int BUSY_RETRY_SECONDS = 2;

    private final RouteTable routes;
    private final HttpHandler proxy;
    private final Clients clients;
    private final RequestMeter meter;
    private final long bodyBytesMax;

    Harden(RouteTable routes, HttpHandler proxy, Clients clients, RequestMeter meter, ProxyLimits limits) {
        this.routes = routes;
        this.proxy = proxy;
        this.clients = clients;
        this.meter = meter;
        this.bodyBytesMax = limits.requests().bodyBytesMax();
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        HeaderMap headers = exchange.getRequestHeaders();
        HeaderValues hosts = headers.get(Headers.HOST);
        if (hosts == null || hosts.size() != 1 || exchange.isHostIncludedInRequestURI() || !hasPath(exchange)) {
            refuse(exchange, ProxyFailure.BAD_REQUEST);
            return;
        }
        if (!HeaderRules.isFramedOnce(headers)) {
            refuse(exchange, ProxyFailure.BAD_FRAMING);
            return;
        }
        if (exchange.getRequestContentLength() > bodyBytesMax) {
            refuse(exchange, ProxyFailure.TOO_LARGE);
            return;
        }
        RouteTable.Entry entry = routes.enter(hosts.getFirst());
        if (entry == null) {
            refuse(exchange, ProxyFailure.UNKNOWN_HOST);
            return;
        }
        pass(exchange, new ProxiedRequest(entry));
    }

    /** Called when the library ends a request for which no reply came. */
    @Override
    public boolean handleDefaultResponse(HttpServerExchange exchange) {
        if (!exchange.isResponseChannelAvailable()) {
            return false;
        }
        ProxyFailure reason = reason(exchange);
        exchange.addExchangeCompleteListener((ended, next) -> {
            // Added last, this runs first: whatever the app still says on its connection must not meet another request.
            ended.getAttachment(ProxiedRequest.KEY).abort(reason);
            next.proceed();
        });
        exchange.setPersistent(false);
        answer(exchange, reason);
        return true;
    }

    @Override
    public void exchangeEvent(HttpServerExchange exchange, NextListener next) {
        ProxiedRequest request = exchange.getAttachment(ProxiedRequest.KEY);
        if (!clients.of(exchange).end(request)) {
            request.leave();
        }
        meter.served(request.route().host(), exchange.getStatusCode(), Duration.ofNanos(request.elapsedNanos()));
        next.proceed();
    }

    private void pass(HttpServerExchange exchange, ProxiedRequest request) throws Exception {
        boolean webSocket = HeaderRules.isWebSocket(exchange.getRequestHeaders());
        if (clients.closing()
                || clients.of(exchange).isWornOut()
                || HeaderRules.asksToClose(exchange.getRequestHeaders())) {
            // The library knows "close" only when it stands alone.
            exchange.setPersistent(false);
        }
        HeaderRules.cleanRequest(exchange.getRequestHeaders());
        HeaderRules.addVia(exchange.getRequestHeaders(), version(exchange));
        exchange.putAttachment(ProxiedRequest.KEY, request);
        exchange.addDefaultResponseListener(this);
        exchange.addExchangeCompleteListener(this);
        // Wrappers run before the library reads the reply's headers to decide on framing and keep-alive.
        exchange.addResponseWrapper((factory, replying) -> {
            reply(replying, request, webSocket);
            return factory.create();
        });
        clients.of(exchange).begin(exchange, request);
        proxy.handleRequest(exchange);
    }

    private void reply(HttpServerExchange exchange, ProxiedRequest request, boolean webSocket) {
        int status = exchange.getStatusCode();
        HeaderRules.cleanReply(exchange.getResponseHeaders(), status);
        if (status == 101 && webSocket) {
            clients.of(exchange).upgrade(request);
        } else if (status == 101) {
            // Nobody asked for it: what follows is no HTTP, and the next request must not be read out of it.
            IoUtils.safeClose(exchange.getConnection());
        }
    }

    private ProxyFailure reason(HttpServerExchange exchange) {
        ProxiedRequest request = exchange.getAttachment(ProxiedRequest.KEY);
        if (clients.of(exchange).sentTooMuch()) {
            return ProxyFailure.TOO_LARGE;
        }
        ProxyFailure failure = request.failure();
        return failure == null ? ProxyFailure.NO_ANSWER : failure;
    }

    private static String version(HttpServerExchange exchange) {
        return exchange.getProtocol().equals(Protocols.HTTP_1_0) ? "1.0" : "1.1";
    }

    private static boolean hasPath(HttpServerExchange exchange) {
        return exchange.getRequestURI().startsWith("/");
    }

    /** A request that is refused may be half read: the connection ends with it. */
    static void refuse(HttpServerExchange exchange, ProxyFailure failure) {
        if (failure != ProxyFailure.UNKNOWN_HOST) {
            exchange.setPersistent(false);
        }
        answer(exchange, failure);
    }

    private static void answer(HttpServerExchange exchange, ProxyFailure failure) {
        boolean person = wantsPage(exchange.getRequestHeaders().getFirst(Headers.ACCEPT));
        HeaderMap headers = exchange.getResponseHeaders();
        headers.clear();
        headers.put(Headers.CONTENT_TYPE, person ? "text/html; charset=utf-8" : BareProblem.MEDIA_TYPE);
        headers.put(Headers.CACHE_CONTROL, "no-store");
        if (failure == ProxyFailure.BUSY) {
            headers.put(Headers.RETRY_AFTER, BUSY_RETRY_SECONDS);
        }
        exchange.setStatusCode(failure.problem().status());
        exchange.setReasonPhrase(StatusCodes.getReason(failure.problem().status()));
        exchange.getResponseSender()
                .send(ByteBuffer.wrap(
                        person ? failure.page() : failure.problem().body(ProblemInstance.next())));
    }

    private static boolean wantsPage(@Nullable String accept) {
        return accept != null && accept.contains("text/html");
    }
}
