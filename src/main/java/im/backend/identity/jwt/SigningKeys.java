package im.backend.identity.jwt;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import im.backend.file.PrivateFile;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The keys of HS256, in a JWK set of mode 0600. HMAC and no signature, because who issues a token and who verifies it are
 * one process: nobody needs a public key, no token can be verified with a key that somebody knows, and a request costs
 * microseconds (ES256: about 0.2 ms). Safe for several threads.
 */
public final class SigningKeys {
    /** The newest signs; the older ones verify until their last token has long expired. */
    private static final int KEYS_MAX = 3;

    private static final int KEY_BYTES = 32;
    private static final int KEY_ID_BYTES = 8;

    private final PrivateFile file;
    private final RandomGenerator random;
    /** Newest first. */
    private volatile List<SigningKey> keys = List.of();

    /** @param random a cryptographically strong one */
    public SigningKeys(PrivateFile file, RandomGenerator random) {
        this.file = file;
        this.random = random;
    }

    /** Reads the keys, or makes the first one. Fails with Conflict {@code signing-keys-damaged} and then changes nothing. */
    public synchronized void start() {
        Optional<String> stored = file.read();
        if (stored.isEmpty()) {
            rotate();
        } else {
            keys = parse(stored.get());
        }
    }

    /** From now on a new key signs; tokens of the two before it stay good. */
    public synchronized void rotate() {
        List<SigningKey> rotated = new ArrayList<>();
        rotated.add(generate());
        keys.stream().limit(KEYS_MAX - 1L).forEach(rotated::add);
        file.write(new JWKSet(rotated.stream().<JWK>map(SigningKey::key).toList()).toString(false) + "\n");
        keys = List.copyOf(rotated);
    }

    SigningKey newest() {
        if (keys.isEmpty()) {
            throw new IllegalStateException("the signing keys are not started");
        }
        return keys.getFirst();
    }

    /** The key whose tokens begin with this header, in base64url. */
    Optional<SigningKey> withHeader(String encoded) {
        return keys.stream().filter(key -> encoded.equals(key.encodedHeader())).findFirst();
    }

    private SigningKey generate() {
        byte[] secret = new byte[KEY_BYTES];
        random.nextBytes(secret);
        byte[] keyId = new byte[KEY_ID_BYTES];
        random.nextBytes(keyId);
        return SigningKey.of(new OctetSequenceKey.Builder(secret)
                .keyID(HexFormat.of().formatHex(keyId))
                .keyUse(KeyUse.SIGNATURE)
                .algorithm(JWSAlgorithm.HS256)
                .build());
    }

    private List<SigningKey> parse(String text) {
        List<SigningKey> parsed = new ArrayList<>();
        try {
            for (JWK key : JWKSet.parse(text).getKeys()) {
                OctetSequenceKey found = key.toOctetSequenceKey();
                if (found.toByteArray().length != KEY_BYTES || found.getKeyID() == null) {
                    throw damaged();
                }
                parsed.add(SigningKey.of(found));
            }
        } catch (ParseException | ClassCastException notOurs) {
            // The cause is left out: its message may have a part of a key.
            throw damaged();
        }
        if (parsed.isEmpty()) {
            throw damaged();
        }
        return List.copyOf(parsed);
    }

    private ProblemException damaged() {
        return new Problem.Conflict(
                        "signing-keys-damaged",
                        "The file " + file.path() + " does not hold the signing keys that were written to it. Remove it"
                                + " and start again: everybody then has to sign in again, and nothing else is lost.")
                .asException();
    }
}
