package im.backend.api;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.Call;
import im.backend.api.http.SignIns;
import im.backend.domain.Caller;
import im.backend.identity.Audience;
import im.backend.identity.IdentityProvider;
import im.backend.identity.IssuedToken;
import im.backend.identity.TokenIssuer;
import im.backend.wire.account.LoginRequest;
import im.backend.wire.account.TokenReply;
import im.backend.wire.account.VerifyReply;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Signing in, and asking who one is. */
final class AuthRoutes {
    private final IdentityProvider accounts;
    private final SignIns signIns;
    private final TokenIssuer issuer;
    private final Clock clock;

    AuthRoutes(Api.Identity identity, Clock clock) {
        this.accounts = identity.accounts();
        this.signIns = identity.signIns();
        this.issuer = identity.issuer();
        this.clock = clock;
    }

    List<ApiRoute> routes() {
        return List.of(
                ApiRoute.post("/api/auth/login", Access.LOGIN, "Exchange an account's key for a token")
                        .reads(LoginRequest.class)
                        .replies(200, TokenReply.class, this::login),
                ApiRoute.get("/api/auth/verify", Access.USER, "Say whom the token stands for")
                        .replies(200, VerifyReply.class, this::verify));
    }

    private Answer login(Call call) {
        Caller caller = signIns.authenticate(call.body(LoginRequest.class).key(), call.address());
        IssuedToken issued = issuer.issue(caller, Audience.API);
        return Answer.of(new TokenReply(
                issued.token(),
                "Bearer",
                Duration.between(clock.instant(), issued.expiresAt()).toSeconds()));
    }

    private Answer verify(Call call) {
        IdentityProvider.Profile profile = accounts.profile(call.caller().user());
        return Answer.of(new VerifyReply(true, profile.user().value(), profile.email()));
    }
}
