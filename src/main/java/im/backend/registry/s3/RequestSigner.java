package im.backend.registry.s3;

import im.backend.domain.Digest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * AWS Signature Version 4 in the Authorization header (Amazon S3 API Reference, "Authenticating Requests: Using the
 * Authorization Header"). The hash of the body is signed too, so that a store that checks signatures refuses a body that
 * changed on its way.
 */
record RequestSigner(S3Settings.Login login, String region) {
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final String UNRESERVED = "-._~";
    private static final int DAY_CHARACTERS = 8;

    /**
     * What is signed.
     *
     * @param path not encoded, beginning with a slash
     * @param query not encoded
     * @param headers all that are sent and matter, with {@code host}
     * @param bodyHash SHA-256 in hex digits
     */
    record Asked(String method, String path, Map<String, String> query, Map<String, String> headers, String bodyHash) {
        String encodedQuery() {
            StringBuilder text = new StringBuilder();
            SortedMap<String, String> encoded = new TreeMap<>();
            query.forEach((name, value) -> encoded.put(encode(name, ""), encode(value, "")));
            encoded.forEach((name, value) -> text.append(text.isEmpty() ? "" : "&")
                    .append(name)
                    .append('=')
                    .append(value));
            return text.toString();
        }

        String encodedPath() {
            return encode(path, "/");
        }
    }

    /** The headers of the request with those that sign it. */
    SortedMap<String, String> sign(Asked asked, Instant now) {
        String time = TIME.format(now);
        String day = time.substring(0, DAY_CHARACTERS);
        SortedMap<String, String> headers = new TreeMap<>();
        asked.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value.strip()));
        headers.put("x-amz-content-sha256", asked.bodyHash());
        headers.put("x-amz-date", time);
        String names = String.join(";", headers.keySet());
        StringBuilder canonical =
                new StringBuilder(asked.method() + "\n" + asked.encodedPath() + "\n" + asked.encodedQuery() + "\n");
        headers.forEach((name, value) ->
                canonical.append(name).append(':').append(value).append('\n'));
        canonical.append('\n').append(names).append('\n').append(asked.bodyHash());
        String scope = day + "/" + region + "/s3/aws4_request";
        String toSign = ALGORITHM + "\n" + time + "\n" + scope + "\n"
                + Digest.of(Digest.Algorithm.SHA256, bytes(canonical.toString()))
                        .hex();
        String signature = HexFormat.of().formatHex(hmac(key(day), toSign));
        headers.put(
                "authorization",
                ALGORITHM + " Credential=" + login.accessKey() + "/" + scope + ",SignedHeaders=" + names + ",Signature="
                        + signature);
        return headers;
    }

    private byte[] key(String day) {
        byte[] ofDay = hmac(bytes("AWS4" + login.secretKey()), day);
        return hmac(hmac(hmac(ofDay, region), "s3"), "aws4_request");
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(bytes(text));
        } catch (GeneralSecurityException partOfEachJdk) {
            throw new IllegalStateException(partOfEachJdk);
        }
    }

    /** Percent-encoded but for the unreserved characters of RFC 3986 and those that are {@code kept}. */
    static String encode(String text, String kept) {
        StringBuilder encoded = new StringBuilder();
        for (byte value : bytes(text)) {
            char character = (char) (value & 0xff);
            boolean plain = character < 128
                    && (Character.isLetterOrDigit(character)
                            || UNRESERVED.indexOf(character) >= 0
                            || kept.indexOf(character) >= 0);
            encoded.append(plain ? String.valueOf(character) : "%%%02X".formatted((int) character));
        }
        return encoded.toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
