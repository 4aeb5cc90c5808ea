package im.backend.identity.local;

import im.backend.file.PrivateFile;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Gives a new server its administrator: a random key in a file that only the server's user may read, where the CLI of the
 * same user on the same machine finds it. There is no default password and no open set-up page.
 */
public final class FirstAdmin {
    private static final String PREFIX = "bim_";
    private static final int KEY_BYTES = 32;

    private final PrivateFile key;
    private final PrivateFile hash;
    private final RandomGenerator random;

    /**
     * @param key the key in clear; its owner may remove the file once the key is kept elsewhere
     * @param hash what the server knows the key by; who lost the key removes this file and starts the server again
     * @param random a cryptographically strong one
     */
    public FirstAdmin(PrivateFile key, PrivateFile hash, RandomGenerator random) {
        this.key = key;
        this.hash = hash;
        this.random = random;
    }

    /** Does nothing but at the first start. Both files are on the disk (fsync) when this returns. */
    public void start() {
        if (hash.read().isPresent()) {
            return;
        }
        // The key is there without its hash when the server was killed between the two writes.
        Optional<String> written = key.read().map(String::strip).filter(text -> text.startsWith(PREFIX));
        String value = written.orElseGet(this::generate);
        if (written.isEmpty()) {
            key.write(value + "\n");
        }
        hash.write(KeyHash.of(value).hex() + "\n");
    }

    private String generate() {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
