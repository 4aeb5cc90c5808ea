package im.backend.domain;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** A name that content has of itself: {@code sha256:} or {@code sha512:} and the hex digits (OCI image spec, "Digests"). */
public record Digest(String value) implements Comparable<Digest> {
    private static final Pattern GRAMMAR = Pattern.compile("sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}");

    public Digest {
        if (!GRAMMAR.matcher(value).matches()) {
            throw new IllegalArgumentException("digest: " + Quoted.of(value)
                    + " (expected: sha256: and 64, or sha512: and 128, lower-case hex digits)");
        }
    }

    /** The algorithms that every registry has to know. */
    public enum Algorithm {
        SHA256("sha256", "SHA-256"),
        SHA512("sha512", "SHA-512");

        private final String label;
        private final String javaName;

        Algorithm(String label, String javaName) {
            this.label = label;
            this.javaName = javaName;
        }

        /** As a digest begins. */
        public String label() {
            return label;
        }

        public static Optional<Algorithm> named(String label) {
            return Arrays.stream(values())
                    .filter(one -> one.label.equals(label))
                    .findFirst();
        }

        /** Fresh, and to be given to {@link Digest#of(Algorithm, MessageDigest)} when it has seen all. */
        public MessageDigest start() {
            try {
                return MessageDigest.getInstance(javaName);
            } catch (NoSuchAlgorithmException partOfEachJdk) {
                throw new IllegalStateException(partOfEachJdk);
            }
        }
    }

    /** What {@code seen} was given so far; it starts anew with that. */
    public static Digest of(Algorithm algorithm, MessageDigest seen) {
        return new Digest(algorithm.label + ":" + HexFormat.of().formatHex(seen.digest()));
    }

    public static Digest of(Algorithm algorithm, byte[] content) {
        MessageDigest digest = algorithm.start();
        digest.update(content);
        return of(algorithm, digest);
    }

    /** Empty when it is no digest that is known here. */
    public static Optional<Digest> parse(String text) {
        return GRAMMAR.matcher(text).matches() ? Optional.of(new Digest(text)) : Optional.empty();
    }

    public static Digest ofSha256Hex(String hex) {
        return new Digest("sha256:" + hex);
    }

    public Algorithm algorithm() {
        return value.startsWith(Algorithm.SHA256.label) ? Algorithm.SHA256 : Algorithm.SHA512;
    }

    public String hex() {
        return value.substring(value.indexOf(':') + 1);
    }

    @Override
    public int compareTo(Digest other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
