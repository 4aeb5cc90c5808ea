package im.backend.build.base;

import im.backend.domain.Digest;
import im.backend.registry.ImageRegistry;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredBlob;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

/**
 * Brings one layer into the registry and verifies it on the way: the packed bytes by the manifest's digest, the tar by the
 * configuration's. What is gzipped stays as it is; a plain tar is gzipped here, once and for all images on it.
 */
final class LayerIntake {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int MAGIC_BYTES = 4;

    private final ImageRegistry registry;
    private final RepositoryName repository;
    private final long bytesMax;

    /** @param bytesMax of one layer, packed and unpacked */
    LayerIntake(ImageRegistry registry, RepositoryName repository, long bytesMax) {
        this.registry = registry;
        this.repository = repository;
        this.bytesMax = bytesMax;
    }

    /** How a layer's bytes are packed. */
    enum Packing {
        GZIP("application/vnd.oci.image.layer.v1.tar+gzip"),
        ZSTD("application/vnd.oci.image.layer.v1.tar+zstd"),
        PLAIN("application/vnd.oci.image.layer.v1.tar");

        private final String mediaType;

        Packing(String mediaType) {
            this.mediaType = mediaType;
        }

        String mediaType() {
            return mediaType;
        }

        static Packing of(byte[] magic) {
            if (magic.length >= 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b) {
                return GZIP;
            }
            boolean zstd = magic.length == MAGIC_BYTES
                    && magic[0] == 0x28
                    && magic[1] == (byte) 0xb5
                    && magic[2] == 0x2f
                    && magic[3] == (byte) 0xfd;
            return zstd ? ZSTD : PLAIN;
        }
    }

    /** @param changed it is not the layer that the manifest names, because it was plain */
    record Taken(Digest digest, long sizeBytes, String mediaType, boolean changed) {}

    /**
     * @param named the digest of the bytes as they come; empty when there is none, as in an archive of docker save
     * @param diffId of the tar
     */
    Taken take(InputStream source, Optional<Digest> named, Digest diffId) throws IOException {
        BufferedInputStream in = new BufferedInputStream(source, BUFFER_BYTES);
        in.mark(MAGIC_BYTES);
        Packing packing = Packing.of(in.readNBytes(MAGIC_BYTES));
        in.reset();
        StoredBlob stored = registry.blobs().write(repository, out -> {
            Measured packed = new Measured(in, out);
            switch (packing) {
                case GZIP -> verify(diffId, unpack(packed));
                // Nothing here reads zstd: the manifest's digest, checked below, is what there is.
                case ZSTD -> packed.transferTo(OutputStream.nullOutputStream());
                case PLAIN -> verify(diffId, pack(in, out, named));
            }
            if (packing != Packing.PLAIN && named.isPresent()) {
                Digest found = packed.digest();
                if (!found.equals(named.get())) {
                    throw ImageRefusal.mismatch("A layer", named.get(), found);
                }
            }
        });
        boolean changed = packing == Packing.PLAIN;
        return new Taken(
                changed || named.isEmpty() ? stored.digest() : named.get(),
                stored.sizeBytes(),
                changed ? Packing.GZIP.mediaType() : packing.mediaType(),
                changed);
    }

    /** The tar's digest; all packed bytes pass through {@code packed}. */
    private Digest unpack(Measured packed) throws IOException {
        MessageDigest seen = Digest.Algorithm.SHA256.start();
        try {
            GZIPInputStream tar = new GZIPInputStream(packed, BUFFER_BYTES);
            copy(tar, OutputStream.nullOutputStream(), seen);
        } catch (ZipException | EOFException broken) {
            throw ImageRefusal.invalid("a layer's gzip stream is broken.", broken);
        }
        packed.transferTo(OutputStream.nullOutputStream());
        return Digest.of(Digest.Algorithm.SHA256, seen);
    }

    private Digest pack(InputStream tar, OutputStream out, Optional<Digest> named) throws IOException {
        MessageDigest seen = Digest.Algorithm.SHA256.start();
        FastGzip gzip = new FastGzip(out);
        copy(tar, gzip, seen);
        gzip.finish();
        Digest found = Digest.of(Digest.Algorithm.SHA256, seen);
        if (named.isPresent() && !named.get().equals(found)) {
            throw ImageRefusal.mismatch("A layer", named.get(), found);
        }
        return found;
    }

    private void copy(InputStream in, OutputStream out, MessageDigest seen) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long left = bytesMax;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            left -= count;
            if (left < 0) {
                throw ImageRefusal.tooLarge("A layer", bytesMax);
            }
            seen.update(buffer, 0, count);
            out.write(buffer, 0, count);
        }
    }

    private static void verify(Digest diffId, Digest found) {
        if (!found.equals(diffId)) {
            throw ImageRefusal.mismatch("A layer's tar", diffId, found);
        }
    }

    /** Hands all that is read on to the registry, and sees what passes. */
    private final class Measured extends FilterInputStream {
        private final OutputStream out;
        private final MessageDigest sha256 = Digest.Algorithm.SHA256.start();
        private long left = bytesMax;

        Measured(InputStream in, OutputStream out) {
            super(in);
            this.out = out;
        }

        Digest digest() {
            return Digest.of(Digest.Algorithm.SHA256, sha256);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            int count = in.read(buffer, from, length);
            if (count > 0) {
                left -= count;
                if (left < 0) {
                    throw ImageRefusal.tooLarge("A layer", bytesMax);
                }
                sha256.update(buffer, from, count);
                out.write(buffer, from, count);
            }
            return count;
        }
    }

    /** Level 1: packed once and read by few, while a person waits. */
    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(OutputStream out) throws IOException {
            super(out, BUFFER_BYTES);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
