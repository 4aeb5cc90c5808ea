package im.backend.api.http;

import im.backend.domain.Caller;
import im.backend.identity.IdentityProvider;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.util.function.LongSupplier;

/**
 * Where every key comes in, whichever door it came to: the API, git and the registry share one count of wrong keys, or
 * whoever guesses would go from door to door. Tokens are not counted: what they are signed with can not be guessed, and an
 * expired one, sent again and again by a forgotten job, must not shut out its whole network. Safe for several threads.
 */
public final class SignIns {
    private final IdentityProvider accounts;
    private final RateLimiter wrongKeys;

    /** @param wrongPerMinute of one address */
    public SignIns(IdentityProvider accounts, int wrongPerMinute, LongSupplier nanoTime) {
        this.accounts = accounts;
        this.wrongKeys = new RateLimiter("wrong keys from one address", wrongPerMinute, nanoTime);
    }

    /**
     * Fails with Unauthenticated {@code bad-credentials}, and with RateLimited for right and wrong keys alike while the
     * address has tried too many wrong ones.
     */
    public Caller authenticate(String key, String address) {
        wrongKeys.requireLeft(address);
        try {
            return accounts.authenticate(key);
        } catch (ProblemException refused) {
            if (refused.problem() instanceof Problem.Unauthenticated) {
                wrongKeys.charge(address);
            }
            throw refused;
        }
    }
}
