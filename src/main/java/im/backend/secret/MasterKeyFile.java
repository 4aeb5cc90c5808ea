package im.backend.secret;

import im.backend.file.PrivateFile;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * Where the master key lies: 64 hex digits that only the server's user may read. Whoever has it and the database has all
 * secrets, so it may lie on another disk, and belongs into another backup.
 */
public final class MasterKeyFile {
    private static final Duration RETRY_AFTER = Duration.ofMinutes(1);

    private final PrivateFile file;
    private final RandomGenerator random;

    /** @param random a cryptographically strong one, used when the key is made */
    public MasterKeyFile(PrivateFile file, RandomGenerator random) {
        this.file = file;
        this.random = random;
    }

    /** Fails with Unavailable {@code sealed} when it is missing or is no key. */
    public MasterKey read() {
        String text = file.read().orElseThrow(() -> sealed("it is missing"));
        try {
            return MasterKey.of(HexFormat.of().parseHex(text.strip()));
        } catch (IllegalArgumentException notAKey) {
            // The cause is left out: its message has digits of the key.
            throw sealed("it is not " + 2 * MasterKey.LENGTH_BYTES + " hex digits");
        }
    }

    /** For a database that holds no secrets yet. A new key is on the disk (fsync) when this returns. */
    public MasterKey readOrCreate() {
        if (file.read().isPresent()) {
            return read();
        }
        MasterKey key = MasterKey.generate(random);
        file.write(HexFormat.of().formatHex(key.bytes()) + "\n");
        return key;
    }

    /** What to say when it has a key, but not the one of this database. */
    public ProblemException wrongKey() {
        return sealed("it is not the key that the secrets in this database were sealed with");
    }

    private ProblemException sealed(String why) {
        return new Problem.Unavailable(
                        "sealed",
                        "The master key " + file.path() + " cannot be used: " + why
                                + ". Put the key back from where you keep its copy. Nothing was changed.",
                        RETRY_AFTER)
                .asException();
    }
}
