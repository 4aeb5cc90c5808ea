package im.backend.domain;

import java.util.regex.Pattern;

/** {@code sha256:} and 64 hex digits (OCI image spec, "Digests"). */
public record Digest(String value) {
    private static final Pattern GRAMMAR = Pattern.compile("sha256:[0-9a-f]{64}");

    public Digest {
        if (!GRAMMAR.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "digest: " + Quoted.of(value) + " (expected: sha256: and 64 hex digits)");
        }
    }

    public static Digest ofSha256Hex(String hex) {
        return new Digest("sha256:" + hex);
    }

    public String hex() {
        return value.substring("sha256:".length());
    }

    @Override
    public String toString() {
        return value;
    }
}
