package im.backend.registry.oci;

import im.backend.domain.Digest;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.BlobStore;
import im.backend.registry.RepositoryName;
import io.helidon.http.HeaderNames;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.OptionalLong;

/** Blobs out. */
record BlobRoutes(BlobStore blobs) {
    private static final int BUFFER_BYTES = 128 * 1024;

    void get(Exchange exchange, RepositoryName repository, Digest digest) throws IOException {
        long size = size(repository, digest);
        exchange.withDigest(digest)
                .with(HeaderNames.CONTENT_TYPE, "application/octet-stream")
                .with(HeaderNames.ACCEPT_RANGES, "bytes")
                .with(HeaderNames.ETAG, "\"" + digest + "\"");
        if (exchange.isHead()) {
            // A client that finds a blob does not send it again: it must live until its manifest comes.
            blobs.renew(repository, digest);
            exchange.status(200);
            exchange.head(size);
            return;
        }
        switch (ByteRange.wanted(exchange.header(HeaderNames.RANGE).orElse(""), size)) {
            case ByteRange.Wanted.Whole _ -> copy(exchange, 200, digest, new ByteRange(0, size - 1));
            case ByteRange.Wanted.Part(ByteRange range) -> {
                exchange.with(HeaderNames.CONTENT_RANGE, "bytes " + range.first() + "-" + range.last() + "/" + size);
                copy(exchange, 206, digest, range);
            }
            case ByteRange.Wanted.Unsatisfiable _ -> {
                exchange.with(HeaderNames.CONTENT_RANGE, "bytes */" + size);
                exchange.error(new OciError(
                        416, "SIZE_INVALID", "The blob has " + size + " bytes.", java.util.Optional.empty()));
            }
        }
    }

    private long size(RepositoryName repository, Digest digest) {
        OptionalLong size = blobs.holds(repository, digest) ? blobs.size(digest) : OptionalLong.empty();
        return size.orElseThrow(() -> unknown());
    }

    private static ProblemException unknown() {
        return new Problem.NotFound("blob-unknown", "The repository has no such blob.").asException();
    }

    private void copy(Exchange exchange, int status, Digest digest, ByteRange range) throws IOException {
        try (SeekableByteChannel in = blobs.open(digest);
                OutputStream out = exchange.stream(status, range.length())) {
            in.position(range.first());
            byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, Math.max(1, range.length()))];
            long left = range.length();
            while (left > 0) {
                int read = in.read(ByteBuffer.wrap(buffer, 0, (int) Math.min(buffer.length, left)));
                if (read < 0) {
                    throw new IOException("blob " + digest + " is shorter than it was");
                }
                out.write(buffer, 0, read);
                left -= read;
            }
        }
    }

    void delete(Exchange exchange, RepositoryName repository, Digest digest) {
        if (!blobs.unlink(repository, digest)) {
            throw unknown();
        }
        blobs.sync();
        exchange.empty(202);
    }
}
