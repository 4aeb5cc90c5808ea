package im.backend.orchestrator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import im.backend.domain.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;

/** An HTTP server in this JVM that answers every path with its release's name, unless it is sick. */
final class FakeInstance {
    private static final int SLOW_MILLIS = 700;

    private final Workload workload;
    private final Sickness sickness;
    private final Optional<Endpoint> endpoint;
    private volatile boolean stopped;
    private volatile Optional<HttpServer> server = Optional.empty();

    FakeInstance(Workload workload, Sickness sickness) {
        this.workload = workload;
        this.sickness = sickness;
        this.endpoint = switch (workload.port()) {
            case Workload.Port.None none -> Optional.empty();
            case Workload.Port.Assigned assigned -> Optional.of(freePort());
            case Workload.Port.Fixed fixed -> Optional.of(new Endpoint("127.0.0.1", fixed.number()));
        };
    }

    void start() {
        if (endpoint.isEmpty()) {
            return;
        }
        switch (sickness) {
            case NONE, ANSWERS_500 -> listen(endpoint.get().port());
            case WRONG_PORT -> listen(0);
            case SLOW_START -> Thread.ofVirtual().start(this::listenLater);
            case NEVER_LISTENS, EXITS_AT_ONCE, OUT_OF_MEMORY, CANNOT_START -> {}
        }
    }

    Instance instance() {
        return new Instance(workload.key(), workload.project().id(), workload.release(), endpoint);
    }

    Workload workload() {
        return workload;
    }

    Observation observe() {
        return switch (sickness) {
            case EXITS_AT_ONCE -> new Observation.Exited(new Exit(1, false), 1);
            case OUT_OF_MEMORY -> new Observation.Exited(new Exit(137, true), 1);
            case NONE, NEVER_LISTENS, ANSWERS_500, WRONG_PORT, SLOW_START, CANNOT_START ->
                new Observation.Running(listening(), 10L << 20, 0);
        };
    }

    void stop() {
        stopped = true;
        server.ifPresent(running -> running.stop(0));
    }

    private List<Endpoint> listening() {
        return server.map(running ->
                        List.of(new Endpoint("127.0.0.1", running.getAddress().getPort())))
                .orElse(List.of());
    }

    private void listenLater() {
        try {
            Thread.sleep(SLOW_MILLIS);
        } catch (InterruptedException never) {
            Thread.currentThread().interrupt();
        }
        listen(endpoint.orElseThrow().port());
    }

    private synchronized void listen(int port) {
        if (stopped) {
            return;
        }
        try {
            HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
            http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            http.createContext("/", this::answer);
            http.start();
            server = Optional.of(http);
        } catch (IOException taken) {
            throw new UncheckedIOException(taken);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = workload.release().toString().getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(sickness == Sickness.ANSWERS_500 ? 500 : 200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static Endpoint freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new Endpoint("127.0.0.1", socket.getLocalPort());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
