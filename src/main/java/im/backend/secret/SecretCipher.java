package im.backend.secret;

import im.backend.domain.ProjectId;
import im.backend.domain.SecretName;
import im.backend.domain.SecretValue;
import im.backend.problem.Problem;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Seals values with AES-256-GCM. Each sealed value has a key of its own, derived from the master key with a random salt, so
 * that no two values share a key and nonces can not repeat under one. Project, name and version are authenticated with it:
 * a value that is moved to another row does not open.
 */
public final class SecretCipher {
    private static final byte FORMAT = 1;
    private static final int SALT_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int FINGERPRINT_BYTES = 8;

    private final MasterKey master;
    private final SecureRandom random = new SecureRandom();

    public SecretCipher(MasterKey master) {
        this.master = master;
    }

    /** Format byte, salt, nonce, ciphertext with tag. */
    public byte[] seal(ProjectId project, SecretName name, int version, SecretValue value) {
        byte[] salt = randomBytes(SALT_BYTES);
        byte[] nonce = randomBytes(NONCE_BYTES);
        byte[] plain = value.reveal().getBytes(StandardCharsets.UTF_8);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, salt, nonce, binding(project, name, version))
                    .doFinal(plain);
            return ByteBuffer.allocate(1 + SALT_BYTES + NONCE_BYTES + sealed.length)
                    .put(FORMAT)
                    .put(salt)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException("AES-GCM is part of each JDK", failure);
        } finally {
            Arrays.fill(plain, (byte) 0);
        }
    }

    /** Fails with Conflict {@code secret-integrity} when it is not what {@link #seal} gave for these three. */
    public SecretValue open(ProjectId project, SecretName name, int version, byte[] sealed) {
        int head = 1 + SALT_BYTES + NONCE_BYTES;
        if (sealed.length < head + TAG_BITS / Byte.SIZE || sealed[0] != FORMAT) {
            throw changed(project, name, version);
        }
        byte[] salt = Arrays.copyOfRange(sealed, 1, 1 + SALT_BYTES);
        byte[] nonce = Arrays.copyOfRange(sealed, 1 + SALT_BYTES, head);
        try {
            byte[] plain = cipher(Cipher.DECRYPT_MODE, salt, nonce, binding(project, name, version))
                    .doFinal(sealed, head, sealed.length - head);
            return new SecretValue(new String(plain, StandardCharsets.UTF_8));
        } catch (GeneralSecurityException tagDiffers) {
            throw changed(project, name, version);
        }
    }

    /** Equal for equal values of one project; says nothing to who has not the master key. */
    public String fingerprint(ProjectId project, SecretValue value) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(master.derive("HmacSHA256", "fingerprint", project.value().getBytes(StandardCharsets.US_ASCII)));
            byte[] full = mac.doFinal(value.reveal().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(full, 0, FINGERPRINT_BYTES);
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException("HMAC-SHA256 is part of each JDK", failure);
        }
    }

    private Cipher cipher(int mode, byte[] salt, byte[] nonce, byte[] binding) throws GeneralSecurityException {
        SecretKey key = master.derive("AES", "secret", salt);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(binding);
        return cipher;
    }

    /** Each text with its length before it, so that no two triples read alike. */
    private static byte[] binding(ProjectId project, SecretName name, int version) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeUTF(project.value());
            out.writeUTF(name.value());
            out.writeInt(version);
        } catch (IOException failure) {
            throw new IllegalStateException("memory does not fail", failure);
        }
        return bytes.toByteArray();
    }

    private byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private static RuntimeException changed(ProjectId project, SecretName name, int version) {
        return new Problem.Conflict(
                        "secret-integrity",
                        "The stored bytes of secret " + name + " version " + version + " of " + project
                                + " were changed, so it is not used. Set the secret again, or restore a backup.")
                .asException();
    }
}
