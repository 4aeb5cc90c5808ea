package im.backend.identity;

import im.backend.domain.Caller;
import java.time.Duration;

/** Makes bearer tokens: JWT, one algorithm, 15 minutes. */
public interface TokenIssuer {
    IssuedToken issue(Caller caller, Audience audience);

    /** For some things only, and for so long. */
    IssuedToken issue(ScopedCaller scoped, Audience audience, Duration lifetime);
}
