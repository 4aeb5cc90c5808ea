package im.backend.registry.oci;

import im.backend.domain.Digest;
import im.backend.domain.UserName;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.ImageRegistry;
import im.backend.registry.Reference;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredBlob;
import im.backend.registry.Uploads;
import im.backend.registry.oci.Gate.Visitor;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/** Blobs in: at once, in parts, as a stream, or from another repository (OCI distribution 1.1, "Pushing Blobs"). */
record UploadRoutes(ImageRegistry registry, Uploads uploads, Gate gate) {
    private static final HeaderName UPLOAD_ID = HeaderNames.create("Docker-Upload-UUID");

    void start(Exchange exchange, RepositoryName repository, Visitor visitor) throws IOException {
        Optional<Digest> mount = exchange.query("mount").map(Reference::digest);
        if (mount.isPresent() && mounted(exchange, repository, visitor, mount.get())) {
            created(exchange, repository, mount.get());
            return;
        }
        Optional<Digest> whole = exchange.query("digest").map(Reference::digest);
        Digest.Algorithm algorithm = whole.map(Digest::algorithm)
                .or(() -> exchange.query("digest-algorithm").map(UploadRoutes::algorithm))
                .orElse(Digest.Algorithm.SHA256);
        if (whole.isEmpty()) {
            accepted(
                    exchange,
                    repository,
                    uploads.start(repository, visitor.caller().user(), algorithm));
            return;
        }
        Uploads.Upload upload = uploads.start(repository, visitor.caller().user(), algorithm);
        boolean done = false;
        try {
            append(exchange, upload);
            finish(exchange, repository, upload, whole.get());
            done = true;
        } finally {
            if (!done) {
                upload.cancel();
            }
        }
    }

    private static Digest.Algorithm algorithm(String label) {
        return Digest.Algorithm.named(label)
                .orElseThrow(
                        () -> new Problem.Malformed("digest-invalid", "digest-algorithm (expected: sha256 or sha512).")
                                .asException());
    }

    /** Only from a repository that the caller may pull from; without {@code from} any such one will do. */
    private boolean mounted(Exchange exchange, RepositoryName repository, Visitor visitor, Digest digest) {
        Optional<String> from = exchange.query("from").filter(name -> !name.isEmpty());
        boolean readable = from.isPresent()
                ? name(from.get())
                        .filter(source -> isReadable(exchange, repository, visitor, source, digest))
                        .isPresent()
                : registry.repositories().stream()
                        .filter(visitor::sees)
                        .anyMatch(one -> registry.blobs().holds(one, digest));
        if (!readable || !registry.blobs().link(repository, digest)) {
            return false;
        }
        registry.blobs().sync();
        return true;
    }

    private boolean isReadable(
            Exchange exchange, RepositoryName target, Visitor visitor, RepositoryName source, Digest digest) {
        gate.requireSource(exchange, visitor, target, source);
        return visitor.mayPull(source) && registry.blobs().holds(source, digest);
    }

    private static Optional<RepositoryName> name(String text) {
        try {
            return Optional.of(new RepositoryName(text));
        } catch (ProblemException notAName) {
            return Optional.empty();
        }
    }

    Uploads.Upload find(RepositoryName repository, UserName by, String id) {
        return uploads.find(repository, by, id)
                .orElseThrow(
                        () -> new Problem.NotFound("blob-upload-unknown", "There is no such upload. Start a new one.")
                                .asException());
    }

    void patch(Exchange exchange, RepositoryName repository, Uploads.Upload upload) throws IOException {
        if (isInOrder(exchange, repository, upload)) {
            append(exchange, upload);
            accepted(exchange, repository, upload);
        }
    }

    void put(Exchange exchange, RepositoryName repository, Uploads.Upload upload) throws IOException {
        Digest digest = Reference.digest(exchange.query("digest").orElse(""));
        if (isInOrder(exchange, repository, upload)) {
            append(exchange, upload);
            finish(exchange, repository, upload, digest);
        }
    }

    void status(Exchange exchange, RepositoryName repository, Uploads.Upload upload) {
        describe(exchange, repository, upload).empty(204);
    }

    /** False when the chunk is not the next one, which is answered then. */
    private static boolean isInOrder(Exchange exchange, RepositoryName repository, Uploads.Upload upload) {
        Optional<String> header = exchange.header(HeaderNames.CONTENT_RANGE);
        if (header.isEmpty()) {
            return true;
        }
        ByteRange range = ByteRange.ofChunk(header.get())
                .orElseThrow(() -> invalid("Content-Range (expected: first and last byte, as in 0-1023)."));
        OptionalLong announced = exchange.announcedBytes();
        if (announced.isPresent() && announced.getAsLong() != range.length()) {
            throw invalid("Content-Range is of " + range.length() + " bytes and Content-Length of "
                    + announced.getAsLong() + ".");
        }
        long size = upload.sizeBytes();
        if (range.first() == size) {
            return true;
        }
        describe(exchange, repository, upload)
                .error(new OciError(
                        416, "BLOB_UPLOAD_INVALID", "The next byte of this upload is " + size + ".", Optional.empty()));
        return false;
    }

    private static ProblemException invalid(String detail) {
        return new Problem.Malformed("size-invalid", detail).asException();
    }

    /** What is too much is refused before it is sent, when its length is announced. */
    private static void append(Exchange exchange, Uploads.Upload upload) throws IOException {
        upload.requireRoom(exchange.announcedBytes().orElse(0));
        if (exchange.hasBody()) {
            upload.append(exchange.body());
        }
    }

    private static void finish(Exchange exchange, RepositoryName repository, Uploads.Upload upload, Digest digest) {
        StoredBlob blob = upload.finish(digest);
        created(exchange, repository, blob.digest());
    }

    private static void created(Exchange exchange, RepositoryName repository, Digest digest) {
        exchange.withDigest(digest)
                .with(HeaderNames.LOCATION, "/v2/" + repository + "/blobs/" + digest)
                .empty(201);
    }

    private static void accepted(Exchange exchange, RepositoryName repository, Uploads.Upload upload) {
        describe(exchange, repository, upload).empty(202);
    }

    private static Exchange describe(Exchange exchange, RepositoryName repository, Uploads.Upload upload) {
        // An upload without bytes is 0-0 too: that is how clients know it.
        long last = Math.max(0, upload.sizeBytes() - 1);
        return exchange.with(HeaderNames.LOCATION, "/v2/" + repository + "/blobs/uploads/" + upload.id())
                .with(HeaderNames.RANGE, "0-" + last)
                .with(UPLOAD_ID, upload.id());
    }
}
