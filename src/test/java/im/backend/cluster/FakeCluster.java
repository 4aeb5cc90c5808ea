package im.backend.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.domain.DrivenClock;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.xnio.IoUtils;

/**
 * A Kubernetes cluster of one process, for tests: the API over HTTP as a real one speaks it, controllers, and a node on which
 * the command of a pod runs as a real process with an address of its own on loopback. What goes wrong is scripted by {@link
 * #faults}. See ADR 0025 for what it leaves out.
 */
public final class FakeCluster implements AutoCloseable {
    private static final long WATCH_TICK_MILLIS = 200;

    private final Path folder;
    private final DrivenClock clock = DrivenClock.running();
    private final ObjectStore store = new ObjectStore(clock);
    private final FakeNetwork network = FakeNetwork.claim();
    private final FakeApi api;
    private final Faults faults = new Faults();
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final Undertow server;
    private final FakeNode node;
    private final FakeControllers controllers;
    private final PodStreams streams;
    private volatile boolean closed;

    /** @param folder for what it keeps: logs of pods, volumes */
    public FakeCluster(Path folder) {
        this.folder = folder;
        this.api = new FakeApi(store, network);
        this.node = new FakeNode(folder, network, store, api);
        this.controllers = new FakeControllers(folder, store, api, node, clock);
        this.streams = new PodStreams(store, node);
        this.server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, 600_000)
                .setHandler(exchange -> exchange.dispatch(requests, this::serve))
                .build();
    }

    public FakeCluster start() {
        server.start();
        controllers.start();
        return this;
    }

    /** A kubeconfig that leads here. */
    public Path kubeconfig() {
        int port = ((InetSocketAddress) server.getListenerInfo().getFirst().getAddress()).getPort();
        try {
            return Files.writeString(folder.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                clusters: [{name: fake, cluster: {server: "http://127.0.0.1:%d"}}]
                users: [{name: admin, user: {token: "secret"}}]
                contexts: [{name: fake, context: {cluster: fake, user: admin}}]
                current-context: fake
                """.formatted(port));
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    public Faults faults() {
        return faults;
    }

    public ObjectStore store() {
        return store;
    }

    /** By which CronJobs go. */
    public DrivenClock clock() {
        return clock;
    }

    /** Where pods find the files of an image. */
    public FakeNode node() {
        return node;
    }

    @Override
    public void close() {
        closed = true;
        controllers.close();
        node.close();
        server.stop();
        requests.shutdownNow();
        network.close();
    }

    private void serve(HttpServerExchange exchange) throws IOException {
        String path = exchange.getRequestPath();
        if (path.equals("/version")) {
            send(
                    exchange,
                    200,
                    FakeApi.JSON
                            .createObjectNode()
                            .put("major", "1")
                            .put("minor", "34")
                            .put("gitVersion", "v1.34.0-fake"));
            return;
        }
        if (path.equals("/readyz")) {
            exchange.getResponseSender().send("ok");
            return;
        }
        try {
            FakeApi.Target target = FakeApi.target(path);
            String verb = verb(exchange, target);
            Optional<Faults.Fault> fault = faults.next(verb, target.key().kind().plural());
            if (fault.isPresent() && !goesOn(exchange, fault.get())) {
                return;
            }
            if (List.of("log", "exec").contains(target.part())) {
                streams.serve(exchange, target, fault);
            } else if (verb.equals("watch")) {
                watch(exchange, target, fault);
            } else {
                answer(exchange, target, verb, fault);
            }
        } catch (ApiError refused) {
            send(exchange, refused.code, FakeApi.status(refused));
        }
    }

    /** @return whether the request is to be served after all */
    private static boolean goesOn(HttpServerExchange exchange, Faults.Fault fault) throws IOException {
        return switch (fault) {
            case Faults.Fault.Answer(int code, int retryAfter) -> {
                if (retryAfter > 0) {
                    exchange.getResponseHeaders().put(Headers.RETRY_AFTER, retryAfter);
                }
                send(exchange, code, FakeApi.status(ApiError.of(code)));
                yield false;
            }
            case Faults.Fault.CutBefore() -> {
                cut(exchange);
                yield false;
            }
            case Faults.Fault.Slow(Duration by) -> {
                try {
                    Thread.sleep(by);
                } catch (InterruptedException closing) {
                    Thread.currentThread().interrupt();
                }
                yield true;
            }
            case Faults.Fault.CutAfter(), Faults.Fault.CutWithin() -> true;
            case Faults.Fault.Says says -> true;
        };
    }

    public static void cut(HttpServerExchange exchange) {
        IoUtils.safeClose(exchange.getConnection());
    }

    private void answer(HttpServerExchange exchange, FakeApi.Target target, String verb, Optional<Faults.Fault> fault)
            throws IOException {
        exchange.startBlocking();
        byte[] body = exchange.getInputStream().readAllBytes();
        boolean dryRun = !query(exchange, "dryRun").isEmpty();
        FakeApi.Answer answer = switch (verb) {
            case "get" -> new FakeApi.Answer(api.get(target));
            case "list" ->
                new FakeApi.Answer(api.list(
                        target,
                        selectors(exchange),
                        query(exchange, "limit").isEmpty() ? 0 : Integer.parseInt(query(exchange, "limit")),
                        query(exchange, "continue")));
            case "create" -> api.create(target, body, dryRun);
            case "replace" -> api.replace(target, body, dryRun);
            case "apply", "patch" ->
                api.patch(
                        target,
                        body,
                        exchange.getRequestHeaders()
                                .getFirst(Headers.CONTENT_TYPE)
                                .split(";")[0],
                        query(exchange, "fieldManager"),
                        query(exchange, "force").equals("true"),
                        dryRun);
            case "delete" -> new FakeApi.Answer(api.delete(target, body));
            default -> throw ApiError.noSuchPath(exchange.getRequestPath());
        };
        if (fault.isPresent() && fault.get() instanceof Faults.Fault.CutAfter) {
            cut(exchange);
        } else if (fault.isPresent() && fault.get() instanceof Faults.Fault.CutWithin) {
            byte[] bytes = answer.body().toString().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
            exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, bytes.length);
            exchange.getOutputStream().write(bytes, 0, bytes.length / 2);
            exchange.getOutputStream().flush();
            cut(exchange);
        } else {
            send(exchange, answer.created() ? 201 : 200, answer.body());
        }
    }

    /** Sends what happened since the version, and a bookmark now and then, until the client or the time goes. */
    private void watch(HttpServerExchange exchange, FakeApi.Target target, Optional<Faults.Fault> fault)
            throws IOException {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
        exchange.startBlocking();
        long seen = Long.parseLong(query(exchange, "resourceVersion"));
        Selectors selectors = selectors(exchange);
        String seconds = query(exchange, "timeoutSeconds");
        long end = System.nanoTime()
                + Duration.ofSeconds(seconds.isEmpty() ? 300 : Long.parseLong(seconds))
                        .toNanos();
        OutputStream output = exchange.getOutputStream();
        try {
            output.flush();
            while (!closed && System.nanoTime() < end) {
                for (ObjectStore.Event event : store.since(seen)) {
                    seen = event.version();
                    if (fault.isPresent() && !(fault.get() instanceof Faults.Fault.Slow)) {
                        cut(exchange);
                        return;
                    }
                    Optional<ObjectNode> line = WatchLine.of(event, target.key(), selectors);
                    if (line.isPresent()) {
                        output.write((line.get() + "\n").getBytes(StandardCharsets.UTF_8));
                    }
                }
                output.write((WatchLine.bookmark(target.key().kind(), seen) + "\n").getBytes(StandardCharsets.UTF_8));
                output.flush();
                store.await(seen, WATCH_TICK_MILLIS);
            }
            output.close();
        } catch (ApiError expired) {
            output.write((WatchLine.error(expired) + "\n").getBytes(StandardCharsets.UTF_8));
            output.close();
        } catch (IOException | InterruptedException gone) {
            cut(exchange);
        }
    }

    private static String verb(HttpServerExchange exchange, FakeApi.Target target) {
        if (List.of("log", "exec").contains(target.part())) {
            return target.part();
        }
        HttpString method = exchange.getRequestMethod();
        return switch (method.toString()) {
            case "GET" -> query(exchange, "watch").equals("true") ? "watch" : target.isCollection() ? "list" : "get";
            case "POST" -> "create";
            case "PUT" -> "replace";
            case "PATCH" ->
                exchange.getRequestHeaders().getFirst(Headers.CONTENT_TYPE).contains("apply") ? "apply" : "patch";
            case "DELETE" -> "delete";
            default -> throw ApiError.noSuchPath(method.toString());
        };
    }

    private static Selectors selectors(HttpServerExchange exchange) {
        return new Selectors(query(exchange, "labelSelector"), query(exchange, "fieldSelector"));
    }

    public static String query(HttpServerExchange exchange, String name) {
        Deque<String> values = exchange.getQueryParameters().get(name);
        return values == null ? "" : values.getFirst();
    }

    public static void send(HttpServerExchange exchange, int code, ObjectNode body) throws IOException {
        exchange.setStatusCode(code);
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
        if (!exchange.isBlocking()) {
            exchange.startBlocking();
        }
        try (OutputStream output = exchange.getOutputStream()) {
            output.write(body.toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
