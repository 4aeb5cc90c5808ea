package im.backend.registry.s3;

import im.backend.domain.Digest;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.ObjectStore;
import im.backend.registry.StoredObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Objects of one bucket. Only what every such store knows is used: signed bodies in place of the newer checksum headers,
 * which some refuse, and single deletes. What is larger than a part is sent in parts.
 */
public final class S3Objects implements ObjectStore, AutoCloseable {
    /** What came of a put that was cut off is left alone so long: it may be one that goes on. */
    private static final Duration UNFINISHED_MAX = Duration.ofDays(1);

    private final S3Settings settings;
    private final Clock clock;
    private final S3Connection connection;

    public S3Objects(S3Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        this.connection = new S3Connection(settings, clock);
    }

    @Override
    public String place() {
        return settings.place();
    }

    @Override
    public void check() {
        S3Answer answer;
        try {
            answer = connection.send(page("", Optional.empty(), 1));
        } catch (ProblemException unavailable) {
            throw new Problem.Unavailable(
                            "object-store-unavailable",
                            "The store of registry.s3, " + place() + ", does not answer: " + cause(unavailable)
                                    + ". Check registry.s3.endpoint and that it runs.",
                            Duration.ofSeconds(15))
                    .asException(unavailable);
        }
        if (!answer.isGood()) {
            throw new Problem.Conflict(
                            "object-store-refused",
                            "The store of registry.s3, " + place() + ", " + answer.reason(settings))
                    .asException();
        }
    }

    private static String cause(ProblemException unavailable) {
        Throwable cause = unavailable.getCause();
        return cause == null ? "it is too busy" : String.valueOf(cause.getMessage());
    }

    @Override
    public void put(String key, Path file, Digest digest) {
        try {
            long size = Files.size(file);
            if (size > settings.limits().partBytes()) {
                new PartedUpload(
                                connection,
                                settings.prefix() + key,
                                settings.limits().partBytes())
                        .send(file, size);
            } else {
                put(
                        key,
                        switch (digest.algorithm()) {
                            case SHA256 -> new S3Body.Piece(file, 0, size, digest.hex());
                            case SHA512 -> S3Body.Piece.of(file, 0, size);
                        });
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public void put(String key, byte[] content) {
        put(key, new S3Body.Bytes(content));
    }

    private void put(String key, S3Body body) {
        ask(S3Request.of("PUT", settings.prefix() + key, Map.of()).with(body));
    }

    @Override
    public Optional<byte[]> read(String key, long from, int length) {
        S3Request request = S3Request.read(settings.prefix() + key, from, length);
        S3Answer answer = connection.send(request);
        boolean whole = answer.is(200) && from == 0 && answer.body().length <= length;
        if (answer.is(206) && answer.body().length <= length || whole) {
            return Optional.of(answer.body());
        }
        if (answer.is(416)) {
            return Optional.of(new byte[0]);
        }
        if (answer.isAbsent()) {
            return Optional.empty();
        }
        throw connection.refused(request, answer);
    }

    @Override
    public void delete(String key) {
        S3Request request = S3Request.of("DELETE", settings.prefix() + key, Map.of());
        S3Answer answer = connection.send(request);
        if (!answer.isGood() && !answer.isAbsent()) {
            throw connection.refused(request, answer);
        }
    }

    @Override
    public List<StoredObject> list(String prefix) {
        List<StoredObject> found = new ArrayList<>();
        Optional<String> next = Optional.empty();
        do {
            S3Document page = document(page(prefix, next, 1000));
            for (S3Document object : page.all("Contents")) {
                found.add(new StoredObject(
                        object.text("Key").substring(settings.prefix().length()),
                        Long.parseLong(object.text("Size")),
                        Instant.parse(object.text("LastModified"))));
            }
            next = Optional.of(page.text("NextContinuationToken"))
                    .filter(token -> page.text("IsTruncated").equals("true") && !token.isEmpty());
        } while (next.isPresent());
        return List.copyOf(found);
    }

    private S3Request page(String prefix, Optional<String> next, int max) {
        Map<String, String> query = new TreeMap<>(
                Map.of("list-type", "2", "prefix", settings.prefix() + prefix, "max-keys", String.valueOf(max)));
        next.ifPresent(token -> query.put("continuation-token", token));
        return S3Request.of("GET", "", query);
    }

    @Override
    public void tidy() {
        Map<String, String> query = Map.of("uploads", "", "prefix", settings.prefix());
        for (S3Document upload : document(S3Request.of("GET", "", query)).all("Upload")) {
            Instant begun = Instant.parse(upload.text("Initiated"));
            if (begun.isBefore(clock.instant().minus(UNFINISHED_MAX))) {
                connection.send(
                        S3Request.of("DELETE", upload.text("Key"), Map.of("uploadId", upload.text("UploadId"))));
            }
        }
    }

    private S3Document document(S3Request request) {
        S3Answer answer = ask(request);
        try {
            return S3Document.read(answer.body());
        } catch (IOException notXml) {
            throw connection.refused(request, answer);
        }
    }

    private S3Answer ask(S3Request request) {
        S3Answer answer = connection.send(request);
        if (!answer.isGood()) {
            throw connection.refused(request, answer);
        }
        return answer;
    }

    @Override
    public void close() {
        connection.close();
    }
}
