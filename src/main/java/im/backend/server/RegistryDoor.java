package im.backend.server;

import im.backend.api.Api;
import im.backend.domain.Caller;
import im.backend.domain.SecretValue;
import im.backend.domain.UserName;
import im.backend.identity.Audience;
import im.backend.identity.IssuedToken;
import im.backend.identity.ScopedCaller;
import im.backend.registry.RegistryAccess;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Lets clients of the registry in with what git takes, and gives them tokens that are good for nothing else.
 *
 * @param nodes what the nodes of a cluster say when they pull; good for the registry only
 * @param open whether who comes without a credential is the administrator
 */
record RegistryDoor(Api.Identity identity, boolean open, Optional<SecretValue> nodes) implements RegistryAccess {
    private static final char TOKEN_SEPARATOR = '.';
    private static final Duration TOKEN_LIFETIME = Duration.ofMinutes(5);
    private static final Caller EVERYBODY = new Caller(new UserName("admin"), Caller.Role.ADMIN);

    @Override
    public Optional<Caller> anonymous() {
        return open ? Optional.of(EVERYBODY) : Optional.empty();
    }

    @Override
    public Caller authenticate(String credential, String address) {
        // Before the count: somebody else's wrong keys must not keep the nodes of a cluster from pulling.
        if (nodes.isPresent() && isSame(nodes.get().reveal(), credential)) {
            return EVERYBODY;
        }
        return credential.indexOf(TOKEN_SEPARATOR) >= 0
                ? identity.verifier().verify(credential, Audience.API)
                : identity.signIns().authenticate(credential, address);
    }

    /** In a time that tells nothing of how much of it is right. */
    private static boolean isSame(String expected, String given) {
        return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Holder verify(String token) {
        ScopedCaller scoped = identity.verifier().verifyScoped(token, Audience.REGISTRY);
        return new Holder(scoped.caller(), scoped.scopes());
    }

    @Override
    public Pass issue(Caller caller, List<String> scopes) {
        IssuedToken token =
                identity.issuer().issue(new ScopedCaller(caller, scopes), Audience.REGISTRY, TOKEN_LIFETIME);
        return new Pass(token.token(), token.expiresAt().minus(TOKEN_LIFETIME), token.expiresAt());
    }
}
