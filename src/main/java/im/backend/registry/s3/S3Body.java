package im.backend.registry.s3;

import im.backend.domain.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/** What is sent with a request, as often as it is tried. */
sealed interface S3Body {
    S3Body NONE = new Bytes(new byte[0]);

    long sizeBytes();

    /** SHA-256 in hex digits, which is signed. */
    String hash();

    BodyPublisher publisher();

    record Bytes(byte[] content) implements S3Body {
        @Override
        public long sizeBytes() {
            return content.length;
        }

        @Override
        public String hash() {
            return Digest.of(Digest.Algorithm.SHA256, content).hex();
        }

        @Override
        public BodyPublisher publisher() {
            return content.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(content);
        }
    }

    /** A piece of a file whose hash is known. */
    record Piece(Path file, long from, long sizeBytes, String hash) implements S3Body {
        private static final int BUFFER_BYTES = 64 * 1024;

        /** Reads it once for its hash. */
        static Piece of(Path file, long from, long sizeBytes) throws IOException {
            MessageDigest digest = Digest.Algorithm.SHA256.start();
            try (InputStream in = open(file, from)) {
                byte[] buffer = new byte[BUFFER_BYTES];
                for (long left = sizeBytes; left > 0; ) {
                    int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                    if (read < 0) {
                        throw new IOException(file + " is shorter than it was");
                    }
                    digest.update(buffer, 0, read);
                    left -= read;
                }
            }
            return new Piece(
                    file,
                    from,
                    sizeBytes,
                    Digest.of(Digest.Algorithm.SHA256, digest).hex());
        }

        @Override
        public BodyPublisher publisher() {
            return sizeBytes == 0
                    ? BodyPublishers.noBody()
                    : BodyPublishers.fromPublisher(
                            BodyPublishers.ofInputStream(() -> {
                                try {
                                    return new Bounded(open(file, from), sizeBytes);
                                } catch (IOException unreadable) {
                                    throw new UncheckedIOException(unreadable);
                                }
                            }),
                            sizeBytes);
        }

        private static InputStream open(Path file, long from) throws IOException {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            channel.position(from);
            return Channels.newInputStream(channel);
        }
    }

    /** Ends after so many bytes. */
    final class Bounded extends java.io.FilterInputStream {
        private long left;

        private Bounded(InputStream in, long bytes) {
            super(in);
            this.left = bytes;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = in.read(buffer, offset, (int) Math.min(length, left));
            left -= Math.max(0, read);
            return read;
        }
    }
}
