package im.backend.api.http;

import im.backend.domain.Caller;
import im.backend.identity.Audience;
import im.backend.identity.TokenVerifier;
import im.backend.problem.Problem;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Says who calls: a bearer token in the Authorization header (RFC 6750), and nothing else. */
public final class CallerFilter {
    private static final String SCHEME = "bearer ";
    private static final int TOKEN_CHARACTERS_MAX = 8 * 1024;
    private static final Set<String> SECRET_PARAMETERS =
            Set.of("token", "access_token", "id_token", "api_key", "apikey", "key", "password", "authorization");

    private final TokenVerifier tokens;

    public CallerFilter(TokenVerifier tokens) {
        this.tokens = tokens;
    }

    /** Fails with Unauthenticated {@code not-authenticated}, {@code token-expired} or {@code token-invalid}. */
    public Caller caller(Headers headers) {
        return tokens.verify(
                bearer(headers)
                        .orElseThrow(() -> new Problem.Unauthenticated(
                                        "not-authenticated",
                                        "No bearer token. Get one by POST /api/auth/login {\"key\": ...} and send it as"
                                                + " Authorization: Bearer TOKEN.")
                                .asException()),
                Audience.API);
    }

    public Optional<String> bearer(Headers headers) {
        Optional<String> header = headers.first(HeaderNames.AUTHORIZATION);
        if (header.isEmpty()) {
            return Optional.empty();
        }
        String value = header.get();
        if (!value.toLowerCase(Locale.ROOT).startsWith(SCHEME) || value.length() > TOKEN_CHARACTERS_MAX) {
            throw new Problem.Unauthenticated(
                            "token-invalid",
                            "The Authorization header (expected: Bearer and a token of at most 8 KiB).")
                    .asException();
        }
        return Optional.of(value.substring(SCHEME.length()).strip());
    }

    /** A URL ends in logs and histories, so a credential in it is refused before it is looked at. */
    public static void refuseTokenInUrl(UriQuery query) {
        for (String name : query.names()) {
            boolean looksLikeOne = query.all(name).stream().anyMatch(CallerFilter::looksLikeCredential);
            if (SECRET_PARAMETERS.contains(name.toLowerCase(Locale.ROOT)) || looksLikeOne) {
                throw new Problem.Malformed(
                                "token-in-url",
                                "The query has a credential, which would end in logs. Send it as Authorization: Bearer"
                                        + " TOKEN, and consider this one as seen: make a new one.")
                        .asException();
            }
        }
    }

    private static boolean looksLikeCredential(String value) {
        return value.startsWith("bim_")
                || value.startsWith("eyJ")
                        && value.chars().filter(c -> c == '.').count() >= 2;
    }
}
