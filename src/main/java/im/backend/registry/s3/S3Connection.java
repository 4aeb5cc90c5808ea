package im.backend.registry.s3;

import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Signs requests, sends them, and tries those again that may pass another time. */
final class S3Connection implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(S3Connection.class.getName());
    private static final Duration RETRY_AFTER = Duration.ofSeconds(15);

    private final S3Settings settings;
    private final Clock clock;
    private final RequestSigner signer;
    private final HttpClient client;

    S3Connection(S3Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.signer = new RequestSigner(settings.login(), settings.region());
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(settings.limits().connectMax())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /**
     * Any answer but one that may be another soon. Fails with Unavailable {@code object-store-unavailable} when there was
     * none at the last attempt.
     */
    S3Answer send(S3Request request) {
        Duration pause = settings.limits().pause();
        for (int attempt = 1; ; attempt++) {
            String failure;
            Throwable cause = null;
            try {
                S3Answer answer = once(request);
                if (!answer.isPassing()) {
                    return answer;
                }
                failure = "answered " + answer.status() + " " + answer.error().orElse("");
            } catch (IOException failed) {
                failure = String.valueOf(failed.getMessage() == null ? failed : failed.getMessage());
                cause = failed;
            }
            if (attempt >= settings.limits().attemptsMax()) {
                LOG.log(
                        Level.WARNING,
                        "object store: {0} {1} at {2} failed {3} times: {4}",
                        request.method(),
                        request.key(),
                        settings.place(),
                        attempt,
                        failure);
                throw unavailable(cause);
            }
            rest(pause);
            pause = pause.multipliedBy(2);
        }
    }

    private static ProblemException unavailable(@Nullable Throwable cause) {
        Problem problem = new Problem.Unavailable(
                "object-store-unavailable",
                "The store that keeps the registry's blobs does not answer. What is on the server's disk can be read;"
                        + " try again in a moment.",
                RETRY_AFTER);
        return cause == null ? problem.asException() : problem.asException(cause);
    }

    /** Up to twice the pause, so that several who failed together do not come back together. */
    private static void rest(Duration pause) {
        try {
            Thread.sleep(pause.plusMillis(ThreadLocalRandom.current().nextLong(pause.toMillis() + 1)));
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            throw unavailable(ending);
        }
    }

    private S3Answer once(S3Request request) throws IOException {
        Map<String, String> headers = new TreeMap<>(request.headers());
        headers.put("host", settings.host());
        RequestSigner.Asked asked = new RequestSigner.Asked(
                request.method(),
                settings.path(request.key()),
                request.query(),
                headers,
                request.body().hash());
        HttpRequest.Builder builder = HttpRequest.newBuilder(
                        URI.create(settings.endpoint().getScheme() + "://"
                                + settings.host() + asked.encodedPath()
                                + (request.query().isEmpty() ? "" : "?" + asked.encodedQuery())))
                .method(request.method(), request.body().publisher());
        signer.sign(asked, clock.instant()).forEach((name, value) -> {
            if (!name.equals("host")) {
                builder.header(name, value);
            }
        });
        Duration max = settings.limits().timeFor(Math.max(request.body().sizeBytes(), request.answerBytesMax()));
        return answer(builder.build(), request.answerBytesMax(), max);
    }

    /** The client's own timeout ends with the headers of the answer; this one is for all of it. */
    private S3Answer answer(HttpRequest request, int bytesMax, Duration max) throws IOException {
        CompletableFuture<HttpResponse<byte[]>> coming =
                client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), bytesMax));
        try {
            HttpResponse<byte[]> response = coming.get(max.toMillis(), TimeUnit.MILLISECONDS);
            Map<String, String> headers = new HashMap<>();
            response.headers().map().forEach((name, values) -> headers.put(name, values.getFirst()));
            return new S3Answer(response.statusCode(), headers, response.body());
        } catch (ExecutionException failed) {
            throw new IOException(String.valueOf(failed.getCause()), failed.getCause());
        } catch (TimeoutException silent) {
            throw new IOException("no whole answer within " + max.toSeconds() + " s", silent);
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            throw unavailable(ending);
        } finally {
            coming.cancel(true);
        }
    }

    /** Fails with Unavailable {@code object-store-refused}; the reason is for the log. */
    ProblemException refused(S3Request request, S3Answer answer) {
        LOG.log(
                Level.WARNING,
                "object store: {0} {1}: {2} {3}",
                request.method(),
                request.key(),
                settings.place(),
                answer.reason(settings));
        return new Problem.Unavailable(
                        "object-store-refused",
                        "The store that keeps the registry's blobs refuses this server. Its log and `backendim doctor`"
                                + " say why.",
                        RETRY_AFTER)
                .asException();
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
