package im.backend.identity.local;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * All that the server keeps of a key. A plain SHA-256 is enough: a key is 256 random bits and no password, so there is
 * nothing to guess.
 */
record KeyHash(String hex) {
    static KeyHash of(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return new KeyHash(HexFormat.of().formatHex(hash));
        } catch (NoSuchAlgorithmException failure) {
            throw new IllegalStateException("SHA-256 is part of each JDK", failure);
        }
    }

    static Optional<KeyHash> parse(String text) {
        return text.strip().matches("[0-9a-f]{64}") ? Optional.of(new KeyHash(text.strip())) : Optional.empty();
    }

    /** Takes as long for a near miss as for a wild guess. */
    boolean matches(KeyHash other) {
        return MessageDigest.isEqual(
                hex.getBytes(StandardCharsets.US_ASCII), other.hex.getBytes(StandardCharsets.US_ASCII));
    }
}
