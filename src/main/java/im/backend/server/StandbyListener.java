package im.backend.server;

import im.backend.listener.BareProblem;
import im.backend.problem.ProblemInstance;
import im.backend.server.edge.Edge;
import im.backend.server.edge.EdgeLimits;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The platform's port while another server leads: it lives ({@code /healthz}), and everything else is told who leads, with 503
 * and a time to try again. It forwards nothing: whoever stands before several servers asks {@code /readyz} and finds the one.
 */
final class StandbyListener implements AutoCloseable {
    private static final Duration DRAIN = Duration.ofSeconds(1);
    private static final String RETRY_AFTER_SECONDS = "5";

    private final String host;
    private final int port;
    private final Edge edge;
    private final Supplier<String> detail;
    private Optional<WebServer> server = Optional.empty();

    /** @param detail the sentence that callers are told, without anything to be escaped */
    StandbyListener(String host, int port, EdgeLimits limits, Supplier<String> detail) {
        this.host = host;
        this.port = port;
        this.edge = new Edge(limits);
        this.detail = detail;
    }

    /** Fails with Conflict {@code port-taken}. */
    void start() {
        HttpRouting.Builder http = HttpRouting.builder()
                .get(
                        "/healthz",
                        (request, response) -> response.header(HeaderNames.CONTENT_TYPE, "application/json")
                                .send("{\"status\":\"ok\"}"))
                .any((request, response) -> refuse(response));
        WebServerConfig.Builder builder = WebServer.builder()
                .host(host)
                .port(port)
                .shutdownHook(false)
                .shutdownGracePeriod(DRAIN)
                .addRouting(http);
        edge.harden(builder);
        PlatformListener.requireFreePort(host, port);
        edge.start();
        server = Optional.of(builder.build().start());
    }

    String address() {
        return host + ":" + server.map(WebServer::port).orElse(port);
    }

    /** May be called again: the port is given up when the platform itself is about to answer, and at the end. */
    @Override
    public void close() {
        server.ifPresent(WebServer::stop);
        server = Optional.empty();
        edge.close();
    }

    private void refuse(ServerResponse response) {
        BareProblem standby = new BareProblem(503, "standby", "Service Unavailable", detail.get());
        byte[] body = standby.body(ProblemInstance.next());
        response.status(Status.SERVICE_UNAVAILABLE_503)
                .header(HeaderNames.CONTENT_TYPE, BareProblem.MEDIA_TYPE)
                .header(HeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .header(HeaderNames.CACHE_CONTROL, "no-store")
                .send(new String(body, StandardCharsets.UTF_8));
    }
}
