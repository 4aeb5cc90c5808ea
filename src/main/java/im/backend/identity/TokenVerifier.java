package im.backend.identity;

import im.backend.domain.Caller;

/** Judges bearer tokens as RFC 8725 asks. */
public interface TokenVerifier {
    /** Fails with Unauthenticated: {@code token-expired}, or {@code token-invalid} for everything else alike. */
    Caller verify(String token, Audience audience);

    /** As {@link #verify}, with what the token is good for: nothing when it was issued without scopes. */
    ScopedCaller verifyScoped(String token, Audience audience);
}
