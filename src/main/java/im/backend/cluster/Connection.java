package im.backend.cluster;

import im.backend.problem.Problem;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.Pair;
import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;

/** Credentials, TLS and sockets: turns a {@link Call} into an answer, once. Safe for several threads. */
final class Connection implements AutoCloseable {
    /** A connection that went away without a word is noticed after at most two of them. */
    private static final Duration PING = Duration.ofSeconds(20);

    private static final int SOCKETS_MAX = 512;
    private static final String[] CREDENTIALS = {"BearerToken"};

    private final ApiClient api;
    private final OkHttpClient answers;
    private final OkHttpClient streams;
    private final Duration callTimeout;
    private volatile boolean closed;

    private Connection(ApiClient api, ClusterSettings settings) {
        this.api = api;
        this.callTimeout = settings.callTimeout();
        Dispatcher dispatcher = new Dispatcher();
        // A WebSocket counts for as long as it is open, and OkHttp would let only five into one host.
        dispatcher.setMaxRequests(SOCKETS_MAX);
        dispatcher.setMaxRequestsPerHost(SOCKETS_MAX);
        this.answers = api.getHttpClient()
                .newBuilder()
                .dispatcher(dispatcher)
                .connectTimeout(settings.connectTimeout())
                .readTimeout(settings.callTimeout())
                .writeTimeout(settings.callTimeout())
                .callTimeout(settings.callTimeout())
                .pingInterval(PING)
                // Repeating is decided here, where it is known what may be repeated.
                .retryOnConnectionFailure(false)
                .build();
        this.streams = answers.newBuilder()
                .readTimeout(Duration.ZERO)
                .callTimeout(Duration.ZERO)
                .build();
    }

    static Connection open(ClusterSettings settings) {
        try {
            ClientBuilder builder = settings.kubeconfig().isPresent()
                    ? ClientBuilder.kubeconfig(kubeconfig(settings.kubeconfig().get(), settings.context()))
                    : ClientBuilder.cluster();
            return new Connection(builder.build(), settings);
        } catch (IOException | RuntimeException unusable) {
            throw new Problem.Invalid(
                            "kubeconfig-invalid",
                            "kubeconfig %s: %s (expected: a readable kubeconfig with server, certificate authority and credentials)"
                                    .formatted(
                                            settings.kubeconfig()
                                                    .map(Path::toString)
                                                    .orElse("of the service account"),
                                            unusable.getMessage()))
                    .asException(unusable);
        }
    }

    /** The whole answer, in time or not at all. */
    Response answer(Call call) throws IOException {
        if (closed) {
            throw new IOException("the connection is closed");
        }
        return execute(answers.newCall(request(call)));
    }

    /** Fails with InterruptedIOException, and keeps the flag, when the thread is interrupted while it waits to be connected. */
    static Response execute(okhttp3.Call call) throws IOException {
        try {
            return call.execute();
        } catch (IOException | RuntimeException fault) {
            throw fault;
        } catch (Exception undeclared) {
            // Kotlin declares nothing: what comes out of OkHttp's wait for a connection is a bare InterruptedException.
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(undeclared);
        }
    }

    /** An answer that goes on; {@code limit} zero: until it is closed. */
    okhttp3.Call stream(Call call, Duration limit) {
        okhttp3.Call stream = streams.newCall(request(call));
        stream.timeout().timeout(limit.toNanos(), java.util.concurrent.TimeUnit.NANOSECONDS);
        return stream;
    }

    /**
     * Waits for the head of an answer that goes on as long as for a whole one: an API server that says nothing at all would
     * leave whoever follows it blind. Fails with IOException then.
     */
    Response begin(okhttp3.Call stream) throws IOException {
        if (closed) {
            throw new IOException("the connection is closed");
        }
        AtomicBoolean late = new AtomicBoolean();
        Thread alarm = Thread.ofVirtual().name("deadline of a stream").start(() -> {
            try {
                Thread.sleep(callTimeout);
                late.set(true);
                stream.cancel();
            } catch (InterruptedException begun) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            return execute(stream);
        } catch (IOException cancelled) {
            throw late.get()
                    ? new IOException("no answer within " + callTimeout.toMillis() + " ms", cancelled)
                    : cancelled;
        } finally {
            alarm.interrupt();
        }
    }

    /** For one answer. */
    Duration callTimeout() {
        return callTimeout;
    }

    WebSocket webSocket(
            Call call, List<Map.Entry<String, String>> repeated, String protocols, WebSocketListener listener) {
        Request.Builder request = request(call, repeated).newBuilder().header("Sec-WebSocket-Protocol", protocols);
        return streams.newWebSocket(request.build(), listener);
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        answers.dispatcher().cancelAll();
        answers.dispatcher().executorService().shutdown();
        answers.connectionPool().evictAll();
    }

    private Request request(Call call) {
        return request(call, List.of());
    }

    private Request request(Call call, List<Map.Entry<String, String>> repeated) {
        List<Pair> query = new ArrayList<>();
        call.query().forEach((name, value) -> query.add(new Pair(name, value)));
        repeated.forEach(pair -> query.add(new Pair(pair.getKey(), pair.getValue())));
        Map<String, String> headers = new HashMap<>(Map.of("Accept", Call.JSON + ", */*"));
        if (!call.contentType().isEmpty()) {
            headers.put("Content-Type", call.contentType());
        }
        try {
            return api.buildCall(
                            null,
                            call.path(),
                            call.method(),
                            query,
                            List.of(),
                            call.body(),
                            headers,
                            new HashMap<>(),
                            new HashMap<>(),
                            CREDENTIALS,
                            null)
                    .request();
        } catch (ApiException unsound) {
            throw new IllegalStateException("request for " + call.what(), unsound);
        }
    }

    private static KubeConfig kubeconfig(Path file, String context) throws IOException {
        try (Reader reader = Files.newBufferedReader(file)) {
            KubeConfig config = KubeConfig.loadKubeConfig(reader);
            config.setFile(file.toFile());
            if (!context.isEmpty() && !config.setContext(context)) {
                throw new IOException("no context " + context);
            }
            return config;
        }
    }
}
