package im.backend.identity.local;

import im.backend.domain.Caller;
import im.backend.domain.UserName;
import im.backend.file.PrivateFile;
import im.backend.identity.IdentityProvider;
import im.backend.problem.Problem;
import java.util.Optional;

/** Knows one account, the administrator, by the key that {@link FirstAdmin} made. */
public final class LocalIdentityProvider implements IdentityProvider {
    public static final UserName ADMIN = new UserName("admin");
    private static final String EMAIL = "admin@localhost";
    /** Longer ones are no keys of ours and not worth hashing. */
    private static final int KEY_LENGTH_MAX = 1024;

    private final PrivateFile hashFile;
    private Optional<KeyHash> hash = Optional.empty();

    public LocalIdentityProvider(PrivateFile hashFile) {
        this.hashFile = hashFile;
    }

    /** After {@link FirstAdmin#start}. Fails with Conflict {@code admin-key-damaged} and then changes nothing. */
    public void start() {
        Optional<KeyHash> stored = hashFile.read().flatMap(KeyHash::parse);
        if (stored.isEmpty()) {
            throw new Problem.Conflict(
                            "admin-key-damaged",
                            "The file " + hashFile.path() + " does not hold the hash of the administrator's key. Remove"
                                    + " it, and admin.key if that is damaged too, and start again.")
                    .asException();
        }
        hash = stored;
    }

    @Override
    public Caller authenticate(String key) {
        KeyHash expected = hash.orElseThrow(() -> new IllegalStateException("the identity provider is not started"));
        KeyHash offered = KeyHash.of(key.substring(0, Math.min(key.length(), KEY_LENGTH_MAX)));
        if (!expected.matches(offered)) {
            throw new Problem.Unauthenticated(
                            "bad-credentials", "The key is not one of this server. On its machine it is in admin.key.")
                    .asException();
        }
        return new Caller(ADMIN, Caller.Role.ADMIN);
    }

    @Override
    public Profile profile(UserName user) {
        if (!user.equals(ADMIN)) {
            throw new Problem.NotFound("No user " + user + ".").asException();
        }
        return new Profile(ADMIN, EMAIL);
    }
}
