package im.backend.identity.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import im.backend.domain.Caller;
import im.backend.domain.UserName;
import im.backend.file.PrivateFile;
import im.backend.identity.Audience;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.store.SettableClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The known ways to forge or bend a token (RFC 8725 section 2). Many are signed with our real key, which tests the rule itself. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ForgedTokensTest {
    private static final Caller ADMIN = new Caller(new UserName("admin"), Caller.Role.ADMIN);

    @TempDir
    private static Path folder;

    private final SettableClock clock = new SettableClock();
    private SigningKeys keys;
    private JwtTokens tokens;
    private String good;
    private String keyId;
    private byte[] secret;
    private long now;

    @BeforeAll
    void start() {
        keys = new SigningKeys(new PrivateFile(folder, "signing.jwk"), new SecureRandom());
        keys.start();
        tokens = new JwtTokens(keys, JwtSettings.DEFAULT, clock, new SecureRandom());
        good = tokens.issue(ADMIN, Audience.API).token();
        keyId = keys.newest().key().getKeyID();
        secret = keys.newest().key().toByteArray();
        now = clock.instant().getEpochSecond();
    }

    @Test
    void aTokenThatIsBuiltLikeOursIsGood() {
        assertThat(tokens.verify(signed(ourHeader(), ourClaims()), Audience.API))
                .isEqualTo(ADMIN);
        assertThat(tokens.verify(good, Audience.API)).isEqualTo(ADMIN);
    }

    @ParameterizedTest
    @MethodSource({"shapes", "headers", "algorithms", "claims", "changes"})
    void aForgedTokenIsInvalid(String forged) {
        assertThatThrownBy(() -> tokens.verify(forged, Audience.API))
                .isInstanceOfSatisfying(ProblemException.class, refused -> {
                    assertThat(refused.problem()).isInstanceOf(Problem.Unauthenticated.class);
                    assertThat(refused.problem().slug()).isEqualTo("token-invalid");
                    assertThat(refused.problem().detail()).isEqualTo("The token is not valid here. Sign in again.");
                });
    }

    @Test
    void anExpiredTokenSaysSoOnlyWhenItIsOurs() {
        String claims = ourClaims().replace("\"exp\":" + (now + 900), "\"exp\":" + (now - 31));

        assertThatThrownBy(() -> tokens.verify(signed(ourHeader(), claims), Audience.API))
                .hasMessageContaining("token-expired");
        assertThatThrownBy(() -> tokens.verify(changedSignature(signed(ourHeader(), claims)), Audience.API))
                .hasMessageContaining("token-invalid");
    }

    Stream<Arguments> shapes() {
        String[] parts = good.split("\\.");
        return Stream.of(
                argumentSet("empty", ""),
                argumentSet("one dot", "."),
                argumentSet("two dots", ".."),
                argumentSet("no signature", parts[0] + "." + parts[1] + "."),
                argumentSet("two parts", parts[0] + "." + parts[1]),
                argumentSet("four parts", good + ".x"),
                argumentSet("five parts, as a JWE", good + ".x.y"),
                argumentSet("blank before", " " + good),
                argumentSet("line end after", good + "\n"),
                argumentSet("padding", good + "="),
                argumentSet("a scheme before", "Bearer " + good),
                argumentSet("standard base64 alphabet", parts[0] + "." + parts[1] + "." + "+".repeat(43)),
                argumentSet("not base64", "%%%." + parts[1] + "." + parts[2]),
                argumentSet("a NUL", good.substring(0, 20) + "\0" + good.substring(20)),
                argumentSet("letters of another alphabet", good.replace(good.charAt(3), 'а')),
                argumentSet("one megabyte", "a".repeat(1 << 20)),
                argumentSet(
                        "ours but over 8 KiB",
                        signed(ourHeader(), ourClaims().replace("{", "{\"pad\":\"" + "x".repeat(8192) + "\","))),
                argumentSet(
                        "JSON serialisation", "{\"payload\":\"" + parts[1] + "\",\"signature\":\"" + parts[2] + "\"}"),
                argumentSet("detached payload", parts[0] + ".." + parts[2]));
    }

    Stream<Arguments> headers() {
        String url = "https://evil.example/keys";
        String jwk = "{\"kty\":\"oct\",\"k\":\"" + base64("k".repeat(32)) + "\",\"kid\":\"" + keyId + "\"}";
        return Stream.of(
                argumentSet("jku", signed(header("\"jku\":\"" + url + "\""), ourClaims())),
                argumentSet("jwk", signed(header("\"jwk\":" + jwk), ourClaims())),
                argumentSet("x5u", signed(header("\"x5u\":\"" + url + "\""), ourClaims())),
                argumentSet("x5c", signed(header("\"x5c\":[\"MIIB\"]"), ourClaims())),
                argumentSet("x5t", signed(header("\"x5t\":\"abc\""), ourClaims())),
                argumentSet("crit with an unknown name", signed(header("\"crit\":[\"x\"],\"x\":1"), ourClaims())),
                argumentSet("crit, empty", signed(header("\"crit\":[]"), ourClaims())),
                argumentSet("b64 false", signed(header("\"b64\":false,\"crit\":[\"b64\"]"), ourClaims())),
                argumentSet("cty JWT, nested", signed(header("\"cty\":\"JWT\""), good)),
                argumentSet("zip", signed(header("\"zip\":\"DEF\""), ourClaims())),
                argumentSet("any further parameter", signed(header("\"x\":1"), ourClaims())),
                argumentSet("alg twice", signed(header("\"alg\":\"none\""), ourClaims())),
                argumentSet("no typ", signed("{\"alg\":\"HS256\",\"kid\":\"" + keyId + "\"}", ourClaims())),
                argumentSet("typ JWT", signed(ourHeader().replace("backendim+jwt", "JWT"), ourClaims())),
                argumentSet("typ at+jwt", signed(ourHeader().replace("backendim+jwt", "at+jwt"), ourClaims())),
                argumentSet("no kid", signed("{\"alg\":\"HS256\",\"typ\":\"backendim+jwt\"}", ourClaims())),
                argumentSet("unknown kid", signed(ourHeader().replace(keyId, "0000"), ourClaims())),
                argumentSet("kid is a path", signed(ourHeader().replace(keyId, "../../dev/null"), ourClaims())),
                argumentSet("kid is SQL", signed(ourHeader().replace(keyId, "' OR 1=1 --"), ourClaims())),
                argumentSet("kid is a number", signed(ourHeader().replace("\"" + keyId + "\"", "1"), ourClaims())),
                argumentSet("header is an array", signed("[]", ourClaims())),
                argumentSet("header is not JSON", signed("x", ourClaims())),
                argumentSet("trailing text after the header", signed(ourHeader() + "{}", ourClaims())),
                argumentSet(
                        "nested deeply", signed(header("\"x\":" + "[".repeat(2000) + "]".repeat(2000)), ourClaims())));
    }

    Stream<Arguments> algorithms() throws GeneralSecurityException {
        KeyPair rsa = pair("RSA");
        KeyPair ec = pair("EC");
        String publicKey = Base64.getEncoder().encodeToString(rsa.getPublic().getEncoded());
        List<Arguments> cases = new ArrayList<>();
        for (String none : List.of("none", "None", "NONE", "nOnE", "")) {
            String head = ourHeader().replace("HS256", none);
            cases.add(argumentSet("alg '" + none + "', signed", signed(head, ourClaims())));
            cases.add(argumentSet("alg '" + none + "', unsigned", base64(head) + "." + base64(ourClaims()) + "."));
        }
        cases.add(
                argumentSet("HS512", signed(ourHeader().replace("HS256", "HS512"), ourClaims(), "HmacSHA512", secret)));
        cases.add(
                argumentSet("HS384", signed(ourHeader().replace("HS256", "HS384"), ourClaims(), "HmacSHA384", secret)));
        cases.add(argumentSet("hs256", signed(ourHeader().replace("HS256", "hs256"), ourClaims())));
        cases.add(
                argumentSet("RS256", signed(ourHeader().replace("HS256", "RS256"), ourClaims(), rsa, "SHA256withRSA")));
        cases.add(argumentSet(
                "ES256",
                signed(ourHeader().replace("HS256", "ES256"), ourClaims(), ec, "SHA256withECDSAinP1363Format")));
        cases.add(argumentSet(
                "EdDSA", signed(ourHeader().replace("HS256", "EdDSA"), ourClaims(), pair("Ed25519"), "Ed25519")));
        cases.add(argumentSet("RS256 as named, our HMAC", signed(ourHeader().replace("HS256", "RS256"), ourClaims())));
        cases.add(argumentSet(
                "HMAC with a public key",
                signed(ourHeader(), ourClaims(), "HmacSHA256", publicKey.getBytes(StandardCharsets.UTF_8))));
        cases.add(argumentSet(
                "HMAC with the kid",
                signed(ourHeader(), ourClaims(), "HmacSHA256", keyId.getBytes(StandardCharsets.UTF_8))));
        cases.add(argumentSet("HMAC with zeros", signed(ourHeader(), ourClaims(), "HmacSHA256", new byte[32])));
        cases.add(argumentSet(
                "HMAC with another key",
                signed(ourHeader(), ourClaims(), "HmacSHA256", "x".repeat(32).getBytes(StandardCharsets.UTF_8))));
        cases.add(argumentSet("JWE dir", base64("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}") + "..AAAA.AAAA.AAAA"));
        cases.add(argumentSet("JWE names in our shape", signed(ourHeader().replace("HS256", "dir"), ourClaims())));
        return cases.stream();
    }

    Stream<Arguments> claims() {
        String ours = ourClaims();
        return Stream.of(
                argumentSet("audience of git", claims("aud", "\"backendim:git\"")),
                argumentSet("no audience", without("aud")),
                argumentSet("several audiences", claims("aud", "[\"backendim:api\",\"backendim:git\"]")),
                argumentSet("audience in other letters", claims("aud", "\"BACKENDIM:API\"")),
                argumentSet("another issuer", claims("iss", "\"evil\"")),
                argumentSet("no issuer", without("iss")),
                argumentSet("no subject", without("sub")),
                argumentSet("subject is no user name", claims("sub", "\"../admin\"")),
                argumentSet("empty subject", claims("sub", "\"\"")),
                argumentSet("subject is a number", claims("sub", "1")),
                argumentSet("no role", without("role")),
                argumentSet("unknown role", claims("role", "\"root\"")),
                argumentSet("role is a list", claims("role", "[\"admin\"]")),
                argumentSet("no expiry", without("exp")),
                argumentSet("expiry is a text", claims("exp", "\"never\"")),
                argumentSet("no issue time", without("iat")),
                argumentSet("issued in an hour", claims("iat", String.valueOf(now + 3600))),
                argumentSet("claims are a list", signed(ourHeader(), "[" + ours + "]")),
                argumentSet("claims are null", signed(ourHeader(), "null")),
                argumentSet("claims are cut off", signed(ourHeader(), ours.substring(0, ours.length() - 5))),
                argumentSet("claims with text after", signed(ourHeader(), ours + "x")));
    }

    /** Each is ours with one bit or one part changed. */
    Stream<Arguments> changes() {
        String[] parts = good.split("\\.");
        String other = tokens.issue(new Caller(new UserName("bob"), Caller.Role.MEMBER), Audience.API)
                .token();
        String lastLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        char last = good.charAt(good.length() - 1);
        char sameBits = lastLetters.charAt(lastLetters.indexOf(last) ^ 1);
        return Stream.of(
                argumentSet("signature of another token", parts[0] + "." + parts[1] + "." + other.split("\\.")[2]),
                argumentSet("claims of another token", parts[0] + "." + other.split("\\.")[1] + "." + parts[2]),
                argumentSet("first letter of the signature", changedSignature(good)),
                argumentSet("another spelling of the same signature", good.substring(0, good.length() - 1) + sameBits),
                argumentSet("role raised", parts[0] + "." + base64(ourClaims()) + "." + other.split("\\.")[2]),
                argumentSet("parts swapped", parts[1] + "." + parts[0] + "." + parts[2]));
    }

    private String claims(String name, String value) {
        return signed(ourHeader(), fields(Map.of(name, value), Set.of()));
    }

    private String without(String name) {
        return signed(ourHeader(), fields(Map.of(), Set.of(name)));
    }

    private String ourClaims() {
        return fields(Map.of(), Set.of());
    }

    private String fields(Map<String, String> changed, Set<String> left) {
        Map<String, String> ours = Map.of(
                "iss", "\"backendim\"",
                "aud", "\"backendim:api\"",
                "sub", "\"admin\"",
                "role", "\"admin\"",
                "iat", String.valueOf(now),
                "exp", String.valueOf(now + 900),
                "jti", "\"1\"");
        return ours.entrySet().stream()
                .filter(entry -> !left.contains(entry.getKey()))
                .map(entry -> "\"" + entry.getKey() + "\":" + changed.getOrDefault(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private String ourHeader() {
        return new String(Base64.getUrlDecoder().decode(good.substring(0, good.indexOf('.'))), StandardCharsets.UTF_8);
    }

    private String header(String further) {
        String ours = ourHeader();
        return ours.substring(0, ours.length() - 1) + "," + further + "}";
    }

    private String signed(String header, String claims) {
        return signed(header, claims, "HmacSHA256", secret);
    }

    private static String signed(String header, String claims, String algorithm, byte[] key) {
        try {
            String input = base64(header) + "." + base64(claims);
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return input + "." + base64(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static String signed(String header, String claims, KeyPair pair, String algorithm)
            throws GeneralSecurityException {
        String input = base64(header) + "." + base64(claims);
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(pair.getPrivate());
        signature.update(input.getBytes(StandardCharsets.US_ASCII));
        return input + "." + base64(signature.sign());
    }

    private static String changedSignature(String token) {
        int at = token.lastIndexOf('.') + 1;
        return token.substring(0, at) + (token.charAt(at) == 'A' ? 'B' : 'A') + token.substring(at + 1);
    }

    private static KeyPair pair(String algorithm) throws GeneralSecurityException {
        return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
    }

    private static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
