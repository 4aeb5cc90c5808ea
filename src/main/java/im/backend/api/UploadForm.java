package im.backend.api;

import im.backend.api.http.ApiSettings;
import im.backend.api.http.Call;
import im.backend.domain.Quoted;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import io.helidon.http.media.multipart.MultiPart;
import io.helidon.http.media.multipart.ReadablePart;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The parts of {@code POST /v1/deployments} as multipart/form-data, in any order. To be closed. */
final class UploadForm implements AutoCloseable {
    static final int CONFIG_BYTES_MAX = 64 * 1024;
    private static final int TEXT_BYTES_MAX = 4096;
    static final List<String> PARTS = List.of("source", "config", "project", "message");

    private final Map<String, Spool> parts = new LinkedHashMap<>();

    /** Fails with Malformed {@code bad-multipart}. */
    static UploadForm read(Call call, ApiSettings settings) throws IOException {
        UploadForm form = new UploadForm();
        boolean complete = false;
        try {
            MultiPart multipart = call.request().content().as(MultiPart.class);
            while (multipart.hasNext()) {
                form.add(multipart.next(), settings);
            }
            if (!form.parts.containsKey("source")) {
                throw bad("there is no part named source (expected: a tar.gz archive)");
            }
            complete = true;
            return form;
        } catch (ProblemException | UncheckedIOException told) {
            throw told;
        } catch (RuntimeException notMultipart) {
            // The parser has no exception of its own for a body that breaks off or has no boundary.
            throw new Problem.Malformed(
                            "bad-multipart", "The multipart body is cut off or has no boundary as RFC 7578 asks.")
                    .asException(notMultipart);
        } finally {
            if (!complete) {
                form.close();
            }
        }
    }

    private void add(ReadablePart part, ApiSettings settings) throws IOException {
        String name = part.name() == null ? "" : part.name();
        if (!PARTS.contains(name)) {
            throw bad(
                    "unknown part " + Quoted.of(name) + " (expected: source, and optionally config, project, message)");
        }
        if (parts.containsKey(name)) {
            throw bad("two parts named " + name + " (expected: one)");
        }
        long bytesMax = switch (name) {
            case "source" -> settings.uploadBytesMax();
            case "config" -> CONFIG_BYTES_MAX;
            default -> TEXT_BYTES_MAX;
        };
        try (InputStream in = part.inputStream()) {
            parts.put(name, Spool.of(in, settings.spool(), bytesMax));
        }
    }

    InputStream source() {
        return Objects.requireNonNull(parts.get("source"), "checked when the form was read")
                .open();
    }

    /** A text part; empty when it is not there. */
    Optional<String> text(String name) throws IOException {
        Spool part = parts.get(name);
        return part == null ? Optional.empty() : Optional.of(part.text());
    }

    private static RuntimeException bad(String why) {
        return new Problem.Malformed("bad-multipart", "The multipart body: " + why + ".").asException();
    }

    @Override
    public void close() {
        parts.values().forEach(Spool::close);
    }
}
