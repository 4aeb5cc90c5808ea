package im.backend.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Answers the calls of one test word for word; for what a real server can not be made to say at will. */
public final class ContractStub implements AutoCloseable {
    public record Request(String method, String path, Map<String, String> headers, byte[] body) {
        public String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    public record Reply(int status, String body, int retryAfter) {
        public Reply(int status, String body) {
            this(status, body, 0);
        }
    }

    /** Cuts the connection in place of an answer. */
    public static final Reply CUT = new Reply(-1, "");

    private final HttpServer server;
    private final Map<String, List<Reply>> replies = new LinkedHashMap<>();
    private final List<Request> requests = new ArrayList<>();

    public ContractStub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.start();
        reply("POST /api/auth/login", 200, "{\"access_token\":\"jwt-1\",\"token_type\":\"Bearer\",\"expires_in\":900}");
        reply("GET /api/auth/verify", 200, "{\"valid\":true,\"userId\":\"admin\",\"email\":\"\"}");
        reply("GET /ws", 426, "{}");
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Several replies to one call are given in turn; the last one again and again. */
    public ContractStub reply(String call, int status, String body) {
        return reply(call, new Reply(status, body));
    }

    public ContractStub reply(String call, Reply reply) {
        replies.computeIfAbsent(call, key -> new ArrayList<>()).add(reply);
        return this;
    }

    public synchronized List<Request> requests(String call) {
        return requests.stream()
                .filter(request ->
                        call.equals(request.method() + " " + request.path().split("\\?")[0]))
                .toList();
    }

    private synchronized void handle(HttpExchange exchange) throws IOException {
        try (exchange;
                InputStream in = exchange.getRequestBody()) {
            Map<String, String> headers = new LinkedHashMap<>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
            Request request = new Request(
                    exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers, in.readAllBytes());
            requests.add(request);
            String call = request.method() + " " + exchange.getRequestURI().getPath();
            List<Reply> known = replies.getOrDefault(
                    call,
                    new ArrayList<>(
                            List.of(new Reply(404, "{\"code\":\"not-found\",\"detail\":\"No " + call + ".\"}"))));
            Reply reply = known.size() > 1 ? known.removeFirst() : known.getFirst();
            if (reply.status() < 0) {
                return;
            }
            if (reply.retryAfter() > 0) {
                exchange.getResponseHeaders().set("Retry-After", String.valueOf(reply.retryAfter()));
            }
            byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
