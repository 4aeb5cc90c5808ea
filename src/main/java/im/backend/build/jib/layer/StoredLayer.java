package im.backend.build.jib.layer;

import im.backend.domain.Digest;

/**
 * A layer whose blob is in the registry.
 *
 * @param digest of the gzipped tar, the blob's name
 * @param diffId of the tar itself (OCI image spec, "Layer DiffID")
 * @param reused the blob was there before
 */
public record StoredLayer(Digest digest, Digest diffId, long sizeBytes, boolean reused) {
    static StoredLayer parse(String line) {
        String[] words = line.split(" ", -1);
        if (words.length != 3) {
            throw new IllegalArgumentException("layer record: " + line + " (expected: digest, diff id and size)");
        }
        return new StoredLayer(new Digest(words[0]), new Digest(words[1]), Long.parseLong(words[2]), true);
    }

    String line() {
        return digest + " " + diffId + " " + sizeBytes;
    }
}
