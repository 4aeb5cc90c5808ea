package im.backend.route.proxy;

import im.backend.domain.Endpoint;
import im.backend.domain.Hostname;
import im.backend.problem.Problem;
import im.backend.route.Draining;
import im.backend.route.Router;
import io.undertow.UndertowOptions;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.handlers.proxy.ProxyHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/** The apps' listener: takes requests for every published host and passes them, streamed both ways, to the host's endpoints. */
public final class ReverseProxy implements Router, AutoCloseable {
    private static final Duration REQUESTS_END = Duration.ofSeconds(5);
    private static final int IO_THREADS_MIN = 2;
    private static final int BACKLOG = 1_024;
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int BUFFERS_PER_THREAD = 24;
    /** The library writes an error with a stack trace whenever an app or a client breaks off; that is their news, not ours. */
    private static final List<Logger> NOISE = List.of(
            Logger.getLogger("io.undertow.request"),
            Logger.getLogger("io.undertow.request.io"),
            Logger.getLogger("io.undertow.proxy"));

    private final ProxySettings settings;
    private final RequestMeter meter;
    private final int ioThreads = Math.max(IO_THREADS_MIN, Runtime.getRuntime().availableProcessors());
    private final RouteTable routes;
    private @Nullable XnioWorker worker;
    private @Nullable AcceptingChannel<StreamConnection> listener;
    private @Nullable Clients clients;

    public ReverseProxy(ProxySettings settings, RequestMeter meter) {
        this.settings = settings;
        this.meter = meter;
        Pools pools = new Pools(settings.limits().apps(), ioThreads);
        this.routes = new RouteTable(endpoint -> new Upstream(endpoint, pools));
    }

    /** Listens. Fails with {@code port-taken} when another program has the port. */
    public void start() {
        NOISE.forEach(logger -> logger.setLevel(Level.OFF));
        try {
            worker = Xnio.getInstance()
                    .createWorker(OptionMap.builder()
                            .set(Options.WORKER_NAME, "apps")
                            .set(Options.WORKER_IO_THREADS, ioThreads)
                            .set(Options.WORKER_TASK_CORE_THREADS, 1)
                            .set(Options.WORKER_TASK_MAX_THREADS, ioThreads)
                            .set(Options.TCP_NODELAY, true)
                            .getMap());
            listener = listen(worker);
        } catch (IOException e) {
            close();
            throw new Problem.Conflict(
                            "port-taken",
                            "listen at " + settings.address() + ": the port is in use (expected: a free one;"
                                    + " stop the other program or choose another port)")
                    .asException(e);
        }
    }

    /** Where it listens, with the port it got. */
    public InetSocketAddress address() {
        AcceptingChannel<StreamConnection> open = listener;
        if (open == null) {
            throw new IllegalStateException("the proxy is not started");
        }
        return open.getLocalAddress(InetSocketAddress.class);
    }

    /** Connections of clients at this moment. */
    public int openConnections() {
        Clients open = clients;
        return open == null ? 0 : open.open();
    }

    @Override
    public Draining publish(Hostname host, List<Endpoint> endpoints) {
        return routes.publish(host, endpoints);
    }

    @Override
    public Draining withdraw(Hostname host) {
        return routes.withdraw(host);
    }

    @Override
    public Map<Hostname, List<Endpoint>> routes() {
        return routes.all().stream().collect(Collectors.toUnmodifiableMap(Route::host, Route::endpoints));
    }

    @Override
    public List<Endpoint> endpoints(Hostname host) {
        return routes.find(host).map(Route::endpoints).orElse(List.of());
    }

    /** Stops listening, lets the requests in flight end for some seconds, then cuts what is left: WebSockets, event streams. */
    @Override
    public void close() {
        IoUtils.safeClose(listener);
        listener = null;
        if (clients != null) {
            clients.awaitRequests(REQUESTS_END);
        }
        if (worker != null) {
            worker.shutdownNow();
            worker = null;
        }
    }

    private AcceptingChannel<StreamConnection> listen(XnioWorker on) throws IOException {
        ByteBufferPool buffers = new DefaultByteBufferPool(true, BUFFER_BYTES, -1, BUFFERS_PER_THREAD);
        HttpOpenListener http = new HttpOpenListener(buffers, serverOptions());
        clients = new Clients(settings.limits(), http);
        ProxyHandler handler = ProxyHandler.builder()
                .setProxyClient(new AppClient(settings.limits().apps()))
                .setMaxConnectionRetries(1)
                .setReuseXForwarded(false)
                .setRewriteHostHeader(false)
                .build();
        http.setRootHandler(new Harden(routes, handler, clients, meter, settings.limits()));
        AcceptingChannel<StreamConnection> accepting = on.createStreamConnectionServer(
                settings.address(),
                ChannelListeners.openListenerAdapter(clients),
                OptionMap.builder()
                        .set(Options.TCP_NODELAY, true)
                        .set(Options.REUSE_ADDRESSES, true)
                        .set(Options.BACKLOG, BACKLOG)
                        .getMap());
        accepting.resumeAccepts();
        return accepting;
    }

    private OptionMap serverOptions() {
        ProxyLimits limits = settings.limits();
        return OptionMap.builder()
                .set(UndertowOptions.MAX_ENTITY_SIZE, -1L)
                .set(UndertowOptions.BUFFER_PIPELINED_DATA, true)
                .set(UndertowOptions.ALWAYS_SET_KEEP_ALIVE, false)
                .set(UndertowOptions.ALWAYS_SET_DATE, false)
                .set(UndertowOptions.DECODE_URL, false)
                .set(UndertowOptions.MAX_HEADERS, limits.requests().headerLinesMax())
                .set(UndertowOptions.MAX_HEADER_SIZE, limits.requests().headBytesMax())
                .set(
                        UndertowOptions.REQUEST_PARSE_TIMEOUT,
                        millis(limits.requests().headTime()))
                .set(UndertowOptions.NO_REQUEST_TIMEOUT, millis(limits.clients().idle()))
                .getMap();
    }

    private static int millis(Duration duration) {
        return Math.toIntExact(duration.toMillis());
    }
}
