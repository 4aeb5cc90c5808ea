package im.backend.scan.osv;

import im.backend.problem.Problem;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The copy of a source on the web. It is asked anew when the copy is old, with the copy's ETag, so that an unchanged source
 * costs one small answer; when it does not answer, the copy goes on, and whoever reads it is told how old it is. Not for
 * several threads.
 */
final class AdvisoryDownload {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(10);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);
    private static final Duration WHOLE_MAX = Duration.ofMinutes(10);
    /** After a failure: a deployment does not wait for a network that was not there a minute ago. */
    private static final Duration PAUSE = Duration.ofMinutes(10);

    private static final long BYTES_MAX = 2L << 30;
    private static final System.Logger LOG = System.getLogger(AdvisoryDownload.class.getName());

    private final URI address;
    private final Path copy;
    private final Path description;
    private final Duration refresh;
    private final Clock clock;
    private String failure = "";
    private Instant quietUntil = Instant.EPOCH;

    /** @param copy where it is kept; what is known of it is in a file beside */
    AdvisoryDownload(URI address, Path copy, Duration refresh, Clock clock) {
        this.address = address;
        this.copy = copy;
        this.description = copy.resolveSibling(copy.getFileName() + ".properties");
        this.refresh = refresh;
        this.clock = clock;
    }

    /**
     * @param fetchedAt when the source last said that this is what it has
     * @param notes for the reader of a report
     */
    record Copy(Path file, Instant fetchedAt, List<String> notes) {}

    /** Fails with Unavailable {@code advisories-unavailable} when there is no copy and none can be had. */
    Copy current() throws IOException, InterruptedException {
        Properties known = known();
        Instant asked = asked(known);
        boolean old = asked.plus(refresh).isBefore(clock.instant());
        if (old && quietUntil.isBefore(clock.instant())) {
            try {
                fetch(known);
                failure = "";
                return new Copy(copy, asked(known()), List.of());
            } catch (IOException | ExecutionException | TimeoutException failed) {
                failure = reason(failed);
                quietUntil = clock.instant().plus(PAUSE);
                LOG.log(System.Logger.Level.WARNING, "advisories not fetched: {0}: {1}", address, failure);
            }
        }
        if (!Files.exists(copy)) {
            throw new Problem.Unavailable(
                            "advisories-unavailable",
                            "The advisories at " + address + " could not be fetched: " + failure
                                    + ". Check the network, or name a folder or file in scan.source.",
                            PAUSE)
                    .asException();
        }
        List<String> notes = old
                ? List.of(address + " could not be asked (" + failure + "); its advisories of " + asked + " were used, "
                        + days(asked) + " old.")
                : List.of();
        return new Copy(copy, asked, notes);
    }

    private String days(Instant since) {
        long days = Duration.between(since, clock.instant()).toDays();
        return days == 0 ? "less than a day" : days == 1 ? "a day" : days + " days";
    }

    private void fetch(Properties known)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        Path fresh = Files.createTempFile(copy.getParent(), "download", "");
        try (HttpClient client = HttpClient.newBuilder()
                .connectTimeout(CONNECT_MAX)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(address).timeout(ANSWER_MAX);
            if (Files.exists(copy) && !known.getProperty("etag", "").isEmpty()) {
                request.header("If-None-Match", known.getProperty("etag"));
            }
            CompletableFuture<HttpResponse<Path>> answer =
                    client.sendAsync(request.build(), BodyHandlers.limiting(BodyHandlers.ofFile(fresh), BYTES_MAX));
            try {
                take(answer.get(WHOLE_MAX.toSeconds(), TimeUnit.SECONDS), known);
            } finally {
                client.shutdownNow();
            }
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private void take(HttpResponse<Path> answer, Properties known) throws IOException {
        if (answer.statusCode() == 200) {
            Files.move(answer.body(), copy, StandardCopyOption.ATOMIC_MOVE);
            known.setProperty("etag", answer.headers().firstValue("ETag").orElse(""));
        } else if (answer.statusCode() != 304) {
            throw new IOException("answer " + answer.statusCode());
        }
        known.setProperty("address", address.toString());
        known.setProperty("asked", clock.instant().toString());
        Path written = Files.createTempFile(copy.getParent(), "known", "");
        try (var out = Files.newBufferedWriter(written)) {
            known.store(out, null);
        }
        Files.move(written, description, StandardCopyOption.ATOMIC_MOVE);
    }

    private Properties known() throws IOException {
        Properties known = new Properties();
        try (var in = Files.newBufferedReader(description)) {
            known.load(in);
        } catch (NoSuchFileException neverFetched) {
            return known;
        }
        return known;
    }

    private Instant asked(Properties known) {
        try {
            return Files.exists(copy) ? Instant.parse(known.getProperty("asked", "")) : Instant.EPOCH;
        } catch (DateTimeParseException damaged) {
            return Instant.EPOCH;
        }
    }

    private static String reason(Exception failed) {
        @Nullable Throwable cause = failed instanceof ExecutionException ? failed.getCause() : failed;
        if (cause instanceof TimeoutException) {
            return "no whole answer within " + WHOLE_MAX.toMinutes() + " minutes";
        }
        String message = cause == null ? null : cause.getMessage();
        return message == null || message.isBlank()
                ? String.valueOf(cause).replaceFirst("^[a-zA-Z.]*\\.", "")
                : message;
    }
}
