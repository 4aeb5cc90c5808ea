package im.backend.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells a repeated request from another one under the same Idempotency-Key. Each field's length is part of it. */
final class RequestHash {
    private final MessageDigest digest;

    RequestHash() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    RequestHash add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(bytes.length).flip());
        digest.update(bytes);
        return this;
    }

    RequestHash add(InputStream content) throws IOException {
        long length = content.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(length).flip());
        return this;
    }

    /** Lower-case hex. Ends this object's use. */
    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
