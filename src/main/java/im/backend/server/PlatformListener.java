package im.backend.server;

import im.backend.api.Api;
import im.backend.api.progress.ProgressSockets;
import im.backend.problem.Problem;
import im.backend.server.edge.Edge;
import im.backend.server.edge.EdgeLimits;
import im.backend.source.git.http.GitRequestEncoding;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.websocket.WsRouting;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** The platform's own port: the API, its WebSockets, git and the image registry, behind the {@link Edge}. */
final class PlatformListener implements AutoCloseable {
    private final Settings settings;
    private final Api api;
    private final HttpService git;
    private final HttpService registry;
    private final Edge edge;
    private Optional<WebServer> server = Optional.empty();

    /** @param port 0 takes any free one */
    record Settings(String host, int port, EdgeLimits limits, Duration drain) {}

    PlatformListener(Settings settings, Api api, HttpService git, HttpService registry) {
        this.settings = settings;
        this.api = api;
        this.git = git;
        this.registry = registry;
        this.edge = new Edge(settings.limits());
    }

    /** Fails with Conflict {@code port-taken}. */
    void start() {
        HttpRouting.Builder http = HttpRouting.builder();
        http.register("/git", git).register("/v2", registry).any(api.dispatcher());
        WebServerConfig.Builder builder = WebServer.builder()
                .host(settings.host())
                .port(settings.port())
                .shutdownHook(false)
                .shutdownGracePeriod(settings.drain())
                .contentEncoding(encodings ->
                        encodings.contentEncodingsDiscoverServices(false).addContentEncoding(new GitRequestEncoding()))
                .addRouting(http)
                .addRouting(WsRouting.builder().endpoint(ProgressSockets.PATH, api.sockets()::listener));
        edge.harden(builder);
        requireFreePort(settings.host(), settings.port());
        edge.start();
        WebServer started = builder.build().start();
        if (!started.isRunning()) {
            edge.close();
            throw new IllegalStateException("the listener did not start; see the log above");
        }
        server = Optional.of(started);
    }

    /** The server library logs that it can not bind, with a stack trace, and goes on: so it is asked for before. */
    static void requireFreePort(String host, int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new Problem.Conflict(
                            "port-taken",
                            "listen at " + host + ":" + port + ": " + e.getMessage()
                                    + " (expected: a free port of an address of this host; stop the other program or"
                                    + " choose another one with --port or --host)")
                    .asException(e);
        }
    }

    int port() {
        return server.orElseThrow(() -> new IllegalStateException("the listener is not started"))
                .port();
    }

    URI uri() {
        String host = settings.host().equals("0.0.0.0") || settings.host().equals("::") ? "localhost" : settings.host();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port());
    }

    int openConnections() {
        return edge.openConnections();
    }

    /** Watchers are told to come back, requests are let finish, and then the port is free. */
    @Override
    public void close() {
        api.close();
        server.ifPresent(WebServer::stop);
        edge.close();
    }
}
