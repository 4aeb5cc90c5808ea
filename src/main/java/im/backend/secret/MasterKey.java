package im.backend.secret;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;

/** The one key under which all secrets are sealed. It is never used itself: each purpose gets a key derived from it. */
public final class MasterKey {
    public static final int LENGTH_BYTES = 32;

    private final byte[] bytes;

    private MasterKey(byte[] bytes) {
        this.bytes = bytes;
    }

    public static MasterKey of(byte[] bytes) {
        if (bytes.length != LENGTH_BYTES) {
            throw new IllegalArgumentException(
                    "master key: " + bytes.length + " bytes (expected: " + LENGTH_BYTES + ")");
        }
        return new MasterKey(bytes.clone());
    }

    /** @param random a cryptographically strong one */
    public static MasterKey generate(RandomGenerator random) {
        byte[] bytes = new byte[LENGTH_BYTES];
        random.nextBytes(bytes);
        return new MasterKey(bytes);
    }

    /** Stored beside the secrets, to know this key again; tells nothing about it. */
    public String check() {
        return HexFormat.of().formatHex(derive("AES", "check", new byte[0]).getEncoded());
    }

    /** HKDF-SHA256 (RFC 5869), 32 bytes. */
    SecretKey derive(String algorithm, String purpose, byte[] salt) {
        try {
            byte[] info = ("backendim 1 " + purpose).getBytes(StandardCharsets.US_ASCII);
            return KDF.getInstance("HKDF-SHA256")
                    .deriveKey(
                            algorithm,
                            HKDFParameterSpec.ofExtract()
                                    .addIKM(bytes)
                                    .addSalt(salt)
                                    .thenExpand(info, LENGTH_BYTES));
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException("HKDF-SHA256 is part of each JDK 25", failure);
        }
    }

    byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MasterKey that && MessageDigest.isEqual(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "MasterKey[***]";
    }
}
