package im.backend.identity;

import im.backend.domain.Caller;

/** Makes bearer tokens: JWT, one algorithm, 15 minutes. */
public interface TokenIssuer {
    IssuedToken issue(Caller caller, Audience audience);
}
