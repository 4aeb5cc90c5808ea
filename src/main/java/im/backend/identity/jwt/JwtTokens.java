package im.backend.identity.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import im.backend.domain.Caller;
import im.backend.domain.UserName;
import im.backend.identity.Audience;
import im.backend.identity.IssuedToken;
import im.backend.identity.ScopedCaller;
import im.backend.identity.TokenIssuer;
import im.backend.identity.TokenVerifier;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * Issues and judges our one shape of token. A header is compared with ours and never read, so that no token can say how it
 * is to be verified (RFC 8725 section 3.1).
 */
public final class JwtTokens implements TokenIssuer, TokenVerifier {
    public static final int LENGTH_MAX = 8 * 1024;
    private static final String ROLE = "role";
    /** As RFC 8693 section 4.2 has it. */
    private static final String SCOPE = "scope";

    private static final String SCOPE_SEPARATOR = " ";
    private static final int TOKEN_ID_BYTES = 16;
    /** Header, claims and the 43 characters of an HMAC-SHA256: base64url without padding, blanks or line ends. */
    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]{43}");

    private final SigningKeys keys;
    private final JwtSettings settings;
    private final Clock clock;
    private final RandomGenerator random;

    /** @param random a cryptographically strong one, for token ids */
    public JwtTokens(SigningKeys keys, JwtSettings settings, Clock clock, RandomGenerator random) {
        this.keys = keys;
        this.settings = settings;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public IssuedToken issue(Caller caller, Audience audience) {
        return issue(new ScopedCaller(caller, List.of()), audience, settings.lifetime());
    }

    @Override
    public IssuedToken issue(ScopedCaller scoped, Audience audience, Duration lifetime) {
        Caller caller = scoped.caller();
        // A JWT counts in seconds.
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant expiry = now.plus(lifetime);
        byte[] id = new byte[TOKEN_ID_BYTES];
        random.nextBytes(id);
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(settings.issuer())
                .audience(audience.wireName())
                .subject(caller.user().value())
                .claim(ROLE, caller.role().name().toLowerCase(Locale.ROOT))
                .issueTime(Date.from(now))
                .expirationTime(Date.from(expiry))
                .jwtID(HexFormat.of().formatHex(id));
        if (!scoped.scopes().isEmpty()) {
            claims.claim(SCOPE, String.join(SCOPE_SEPARATOR, scoped.scopes()));
        }
        SigningKey key = keys.newest();
        SignedJWT token = new SignedJWT(key.header(), claims.build());
        try {
            token.sign(new MACSigner(key.key()));
        } catch (JOSEException failure) {
            throw new IllegalStateException("HMAC-SHA256 is part of each JDK", failure);
        }
        return new IssuedToken(token.serialize(), expiry);
    }

    @Override
    public Caller verify(String token, Audience audience) {
        return verifyScoped(token, audience).caller();
    }

    @Override
    public ScopedCaller verifyScoped(String token, Audience audience) {
        if (token.length() > LENGTH_MAX || !SHAPE.matcher(token).matches()) {
            throw invalid();
        }
        int claims = token.indexOf('.') + 1;
        int signature = token.lastIndexOf('.') + 1;
        SigningKey key = keys.withHeader(token.substring(0, claims - 1)).orElseThrow(JwtTokens::invalid);
        requireSigned(key, token.substring(0, signature - 1), new Base64URL(token.substring(signature)));
        Map<String, Object> parsed = new Payload(new Base64URL(token.substring(claims, signature - 1))).toJSONObject();
        if (parsed == null) {
            throw invalid();
        }
        try {
            return judge(JWTClaimsSet.parse(parsed), audience);
        } catch (ParseException | IllegalArgumentException notOurs) {
            throw invalid();
        }
    }

    private static void requireSigned(SigningKey key, String input, Base64URL signature) {
        // 43 characters have two bits to spare: only one of the four spellings is the one that we wrote.
        boolean oneSpelling = Base64URL.encode(signature.decode()).equals(signature);
        try {
            boolean ours = new MACVerifier(key.key())
                    .verify(key.header(), input.getBytes(StandardCharsets.US_ASCII), signature);
            if (!oneSpelling || !ours) {
                throw invalid();
            }
        } catch (JOSEException failure) {
            throw new IllegalStateException("HMAC-SHA256 is part of each JDK", failure);
        }
    }

    private ScopedCaller judge(JWTClaimsSet claims, Audience audience) throws ParseException {
        Date issued = claims.getIssueTime();
        Date expiry = claims.getExpirationTime();
        String role = claims.getStringClaim(ROLE);
        boolean forUs = settings.issuer().equals(claims.getIssuer())
                && List.of(audience.wireName()).equals(claims.getAudience());
        if (!forUs || issued == null || expiry == null || role == null || claims.getSubject() == null) {
            throw invalid();
        }
        Instant now = clock.instant();
        if (issued.toInstant().isAfter(now.plus(settings.leeway()))) {
            throw invalid();
        }
        if (!now.isBefore(expiry.toInstant().plus(settings.leeway()))) {
            throw new Problem.Unauthenticated("token-expired", "The token has expired. Sign in again.").asException();
        }
        try {
            Caller caller =
                    new Caller(new UserName(claims.getSubject()), Caller.Role.valueOf(role.toUpperCase(Locale.ROOT)));
            String scopes = claims.getStringClaim(SCOPE);
            return new ScopedCaller(caller, scopes == null ? List.of() : List.of(scopes.split(SCOPE_SEPARATOR)));
        } catch (ProblemException notAName) {
            throw invalid();
        }
    }

    private static ProblemException invalid() {
        return new Problem.Unauthenticated("token-invalid", "The token is not valid here. Sign in again.")
                .asException();
    }
}
