package im.backend.registry;

import im.backend.domain.Caller;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Who a client of the registry is, and the short tokens it gets for some repositories. */
public interface RegistryAccess {
    /** Who comes without any credential; empty where that is nobody. */
    Optional<Caller> anonymous();

    /**
     * A key or a token of the API, as it comes in the password of a Basic header. Fails with Unauthenticated, and with
     * RateLimited when too many wrong ones came from this address.
     */
    Caller authenticate(String credential, String address);

    /** A token of {@link #issue}. Fails with Unauthenticated. */
    Holder verify(String token);

    /** Good for these scopes and five minutes. */
    Pass issue(Caller caller, List<String> scopes);

    /** @param scopes as they were given out, in the words of the token protocol */
    record Holder(Caller caller, List<String> scopes) {
        public Holder {
            scopes = List.copyOf(scopes);
        }
    }

    record Pass(String token, Instant issuedAt, Instant expiresAt) {
        @Override
        public String toString() {
            return "Pass[***, expiresAt=" + expiresAt + "]";
        }
    }
}
