package im.backend.identity;

import im.backend.domain.Caller;
import im.backend.domain.UserName;

/** Says who someone is. */
public interface IdentityProvider {
    /** Fails with Unauthenticated {@code bad-credentials}, after the same time whatever was wrong. */
    Caller authenticate(String key);

    /** Fails with NotFound. */
    Profile profile(UserName user);

    record Profile(UserName user, String email) {}
}
