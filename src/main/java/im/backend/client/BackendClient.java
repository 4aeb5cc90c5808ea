package im.backend.client;

import im.backend.problem.Problem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The public contract, call by call. Failures are the server's own Problems; a server that does not answer is
 * {@code Unavailable} with {@code server-unreachable}. Not for several threads.
 */
public final class BackendClient {
    public static final String UNREACHABLE = "server-unreachable";
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);
    private static final int RETRIES_MAX = 2;
    private static final Duration FOREVER = Duration.ZERO;

    private final URI server;
    private final Credentials credentials;
    private final Duration answerMax;
    private @Nullable String token;

    /** @param answerMax how long one answer may take; a stream may pause for ever */
    public BackendClient(URI server, Credentials credentials, Duration answerMax) {
        this.server = server;
        this.credentials = credentials;
        this.answerMax = answerMax;
    }

    public URI server() {
        return server;
    }

    public static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    public JsonObject get(String path) {
        return json("GET", path, null);
    }

    /** A document, as the server has it. */
    public String document(String path) {
        try {
            Exchange exchange = authorized("GET", path, null, answerMax);
            if (exchange.status() >= 400) {
                throw exchange.problem().asException();
            }
            return exchange.text();
        } catch (IOException broken) {
            throw unreachable(broken);
        }
    }

    public JsonObject post(String path, JsonObject body) {
        return json("POST", path, body);
    }

    public JsonObject post(String path) {
        return json("POST", path, null);
    }

    public JsonObject put(String path, JsonObject body) {
        return json("PUT", path, body);
    }

    public JsonObject delete(String path) {
        return json("DELETE", path, null);
    }

    /** A partial change; the one call for which {@code java.net.http} is loaded. */
    public JsonObject patch(String path, JsonObject body) {
        try {
            PatchCall.Answer answer = PatchCall.send(uri(path), authorization(), body, answerMax);
            if (answer.status() == 401) {
                forgetToken();
                answer = PatchCall.send(uri(path), authorization(), body, answerMax);
            }
            if (answer.status() >= 400) {
                throw Problems.of(answer.status(), answer.body(), 0).asException();
            }
            return answer.body().isBlank() ? new JsonObject() : JsonObject.parse(answer.body());
        } catch (IOException broken) {
            throw unreachable(broken);
        }
    }

    /** Asks without showing who is calling. */
    public JsonObject getOpenly(String path) {
        try {
            Exchange exchange = Exchange.sendJson("GET", uri(path), Map.of(), null, answerMax);
            return answer(exchange);
        } catch (IOException broken) {
            throw unreachable(broken);
        }
    }

    /**
     * Opens the connection beside what the caller does next, for the first request to find: a far server takes some round
     * trips until then, and this process its classes. A failure is met again by that request, and told there.
     */
    public void connectAhead() {
        Thread.ofPlatform().daemon().name("connect").start(() -> {
            try {
                getOpenly("/healthz");
            } catch (RuntimeException toldByTheFirstRequest) {
                return;
            }
        });
    }

    /** Gives each line of a streamed answer to {@code line} until the server ends it. */
    public void lines(String method, String path, @Nullable JsonObject body, Consumer<JsonObject> line) {
        try {
            Exchange exchange = authorized(method, path, body, FOREVER);
            if (exchange.status() >= 400) {
                throw exchange.problem().asException();
            }
            try (BufferedReader reader =
                    new BufferedReader(new InputStreamReader(exchange.stream(), StandardCharsets.UTF_8))) {
                for (String text = reader.readLine(); text != null; text = reader.readLine()) {
                    if (!text.isBlank()) {
                        line.accept(JsonObject.parse(text));
                    }
                }
            }
        } catch (IOException broken) {
            throw unreachable(broken);
        }
    }

    /**
     * Submits source as {@code POST /v1/deployments}. A lost answer is asked for again under the same Idempotency-Key, so
     * that there is one deployment and not two, and so is one that the server put off for some seconds.
     */
    public JsonObject deploy(DeployUpload upload) {
        IOException last = new IOException("no try was made");
        boolean tokenRenewed = false;
        for (int attempt = 0; attempt <= RETRIES_MAX; attempt++) {
            try {
                Map<String, String> headers = new HashMap<>(authorization());
                headers.put("Content-Type", upload.contentType());
                headers.put("Idempotency-Key", upload.idempotencyKey());
                Exchange exchange = Exchange.send("POST", uri("/v1/deployments"), headers, upload, answerMax);
                if (exchange.status() == 401 && !tokenRenewed) {
                    forgetToken();
                    tokenRenewed = true;
                    continue;
                }
                if (attempt < RETRIES_MAX && exchange.awaitedRetry()) {
                    continue;
                }
                return answer(exchange);
            } catch (ConnectException | UnknownHostException nobodyThere) {
                throw unreachable(nobodyThere);
            } catch (IOException broken) {
                last = broken;
            }
        }
        throw unreachable(last);
    }

    /**
     * Sends bytes of any length. Is not repeated: who is calling was shown to be good just before.
     *
     * @param body is written while it is sent
     */
    public JsonObject upload(String path, Exchange.Body body) {
        get("/api/auth/verify");
        try {
            Map<String, String> headers = new HashMap<>(authorization());
            headers.put("Content-Type", "application/octet-stream");
            return answer(Exchange.send("POST", uri(path), headers, body, FOREVER));
        } catch (IOException broken) {
            throw unreachable(broken);
        }
    }

    /** As {@link #post(String, JsonObject)}, for what takes as long as it takes. */
    public JsonObject postAndWait(String path, JsonObject body) {
        try {
            return answer(authorized("POST", path, body, FOREVER));
        } catch (IOException broken) {
            throw unreachable(broken);
        }
    }

    /** The events of a deployment after {@code since}, and those to come. */
    public ProgressFeed watch(String deployment, long since, boolean output) {
        return new ProgressFeed(this, deployment, since, output);
    }

    URI uri(String path) {
        return URI.create(server + path);
    }

    /** The header that says who is calling; exchanges the key for a token when there is no good one. */
    Map<String, String> authorization() {
        if (token == null) {
            Optional<String> key = credentials.key(server);
            if (key.isEmpty()) {
                // Without a server there, to say that one is not signed in would send people the wrong way.
                getOpenly("/healthz");
                throw new Problem.Unauthenticated("not-authenticated", "You are not signed in to " + server + ".")
                        .asException();
            }
            Optional<String> kept = credentials.token(server, key.get());
            token = kept.isPresent() ? kept.get() : exchangeKey(key.get());
        }
        return Map.of("Authorization", "Bearer " + token);
    }

    void forgetToken() {
        token = null;
        Optional<String> key = credentials.key(server);
        if (key.isPresent()) {
            credentials.keepToken(server, key.get(), "", 0);
        }
    }

    /** A fresh token for {@code key}; Unauthenticated {@code bad-credentials} when the server does not know it. */
    public String exchangeKey(String key) {
        try {
            JsonObject body = new JsonObject().with("key", key);
            JsonObject reply = answer(Exchange.sendJson("POST", uri("/api/auth/login"), Map.of(), body, answerMax));
            String fresh = reply.text("access_token", "");
            credentials.keepToken(server, key, fresh, reply.number("expires_in", 0));
            return fresh;
        } catch (IOException broken) {
            throw unreachable(broken);
        }
    }

    private JsonObject json(String method, String path, @Nullable JsonObject body) {
        try {
            return answer(authorized(method, path, body, answerMax));
        } catch (IOException broken) {
            throw unreachable(broken);
        }
    }

    /** What may be sent twice is sent again after a short pause that the server asked for. */
    private Exchange authorized(String method, String path, @Nullable JsonObject body, Duration max)
            throws IOException {
        Exchange exchange = authorizedOnce(method, path, body, max);
        for (int retry = 0; retry < RETRIES_MAX && !method.equals("POST") && exchange.awaitedRetry(); retry++) {
            exchange = authorizedOnce(method, path, body, max);
        }
        return exchange;
    }

    private Exchange authorizedOnce(String method, String path, @Nullable JsonObject body, Duration max)
            throws IOException {
        Exchange first = Exchange.sendJson(method, uri(path), authorization(), body, max);
        if (first.status() != 401) {
            return first;
        }
        // The kept token may have been ended early, as by a server with new keys; the second answer counts.
        forgetToken();
        return Exchange.sendJson(method, uri(path), authorization(), body, max);
    }

    private static JsonObject answer(Exchange exchange) throws IOException {
        if (exchange.status() >= 400) {
            throw exchange.problem().asException();
        }
        String text = exchange.text();
        return text.isBlank() ? new JsonObject() : JsonObject.parse(text);
    }

    RuntimeException unreachable(IOException broken) {
        if (broken instanceof InterruptedIOException && !(broken instanceof SocketTimeoutException)) {
            Thread.currentThread().interrupt();
        }
        String why = broken instanceof ConnectException
                ? "nothing listens there"
                : String.valueOf(broken.getMessage()).toLowerCase(Locale.ROOT);
        return new Problem.Unavailable(UNREACHABLE, "No answer from " + server + ": " + why + ".", RETRY_AFTER)
                .asException(broken);
    }
}
