package im.backend.secret;

import static org.assertj.core.api.Assertions.assertThat;

import im.backend.domain.SecretValue;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RedactorTest {
    private static final String SECRET = "p4ss\"wörd/+? 9";

    @Test
    void aValueIsMaskedWhereverItStands() {
        Redactor redactor = redactor("hunter2000");

        assertThat(redactor.apply("hunter2000")).isEqualTo("***");
        assertThat(redactor.apply("a hunter2000 b hunter2000")).isEqualTo("a *** b ***");
        assertThat(redactor.apply("url=db://u:hunter2000@host")).isEqualTo("url=db://u:***@host");
    }

    @Test
    void otherTextStaysAsItIs() {
        String text = "nothing to hide: hunter200";

        assertThat(redactor("hunter2000").apply(text)).isSameAs(text);
        assertThat(redactor().apply(text)).isSameAs(text);
    }

    @Test
    void aShortValueIsNotMasked() {
        assertThat(redactor("abc", "", "\n").apply("abc")).isEqualTo("abc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2000", SECRET, "ünïcödé-tokens", "trailing-newline\n", "{\"key\": \"va\\lue\"}"})
    void anEncodedValueIsMasked(String secret) {
        Redactor redactor = redactor(secret);
        byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
        String form = URLEncoder.encode(secret, StandardCharsets.UTF_8);
        List<String> encoded = List.of(
                Base64.getEncoder().encodeToString(bytes),
                Base64.getUrlEncoder().withoutPadding().encodeToString(bytes),
                HexFormat.of().formatHex(bytes),
                HexFormat.of().withUpperCase().formatHex(bytes),
                form,
                form.replace("+", "%20"),
                form.replace("%2F", "/").replace("+", "%20"),
                Pattern.compile("%..")
                        .matcher(form)
                        .replaceAll(escape -> escape.group().toLowerCase(Locale.ROOT)));

        assertThat(encoded)
                .allSatisfy(
                        text -> assertThat(redactor.apply("x=" + text + "&")).isEqualTo("x=***&"));
    }

    @Test
    void aValueInsideOtherBase64IsMasked() {
        Redactor redactor = redactor("hunter2000secret");

        for (String before : List.of("", "u:", "usr:", "user:", "user1:")) {
            for (String after : List.of("", "!", "!!", "!!!")) {
                String basic = Base64.getEncoder()
                        .encodeToString((before + "hunter2000secret" + after).getBytes(StandardCharsets.UTF_8));

                String redacted = redactor.apply("Authorization: Basic " + basic);

                assertThat(redacted).startsWith("Authorization: Basic ").contains("***");
                assertThat(redacted.length()).isLessThan("Authorization: Basic ".length() + basic.length() - 12);
            }
        }
    }

    @Test
    void aValueInJsonIsMasked() {
        Redactor redactor = redactor("quote\" back\\slash\ttab ö");

        assertThat(redactor.apply("{\"a\":\"quote\\\" back\\\\slash\\ttab ö\"}"))
                .isEqualTo("{\"a\":\"***\"}");
        assertThat(redactor.apply("{\"a\":\"quote\\\" back\\\\slash\\ttab \\u00f6\"}"))
                .isEqualTo("{\"a\":\"***\"}");
    }

    @Test
    void aValueOfSeveralLinesIsMaskedLineByLine() {
        String key = "-----BEGIN KEY-----\nMIIBVgIBADANBgkq\r\n  indented9876\n}\n-----END KEY-----\n";
        Redactor redactor = redactor(key);

        assertThat(redactor.apply("MIIBVgIBADANBgkq")).isEqualTo("***");
        assertThat(redactor.apply("> indented9876")).isEqualTo("> ***");
        assertThat(redactor.apply("}")).isEqualTo("}");
        assertThat(redactor.apply(key)).doesNotContain("MIIB").doesNotContain("indented");
        assertThat(redactor.apply(key.replace("\n", "\\n").replace("\r", "\\r")))
                .isEqualTo("***");
    }

    @Test
    void aLongValueInBrokenBase64IsMasked() {
        String secret = "0123456789abcdef".repeat(10);
        Redactor redactor = redactor(secret);

        Base64.getMimeEncoder()
                .encodeToString(secret.getBytes(StandardCharsets.UTF_8))
                .lines()
                .forEach(line -> assertThat(redactor.apply(line)).isEqualTo("***"));
    }

    @Test
    void theLongerOfTwoValuesWins() {
        assertThat(redactor("secret", "secret-longer").apply("a secret-longer b secret c"))
                .isEqualTo("a *** b *** c");
    }

    @Test
    void valuesThatOverlapLeaveNothingOver() {
        assertThat(redactor("abcd1234", "1234efgh").apply("x abcd1234efgh y")).isEqualTo("x *** y");
        assertThat(redactor("aaaa").apply("xaaaaaay")).isEqualTo("x***y");
    }

    @Test
    void manySecretsDoNotSlowALineDown() {
        String[] secrets = new String[200];
        for (int i = 0; i < secrets.length; i++) {
            secrets[i] = "secret-value-" + i + "-" + Integer.toHexString(i * 7919);
        }
        Redactor redactor = redactor(secrets);
        String line = "INFO 2026-11-21 request served in 12 ms by worker 7 for /api/users/1234 status 200 bytes 5120";

        long start = System.nanoTime();
        for (int i = 0; i < 100_000; i++) {
            redactor.apply(line);
        }

        // 10 MB of lines; a search for each of 2,400 spellings would take a minute.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    private static Redactor redactor(String... values) {
        return Redactor.of(Arrays.stream(values).map(SecretValue::new).toList());
    }
}
