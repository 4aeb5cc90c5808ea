package im.backend.secret;

import im.backend.domain.SecretValue;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The texts in which a secret shows up in the output of programs. */
final class SecretSpellings {
    /** Shorter values give encodings that are found in harmless text too. */
    private static final int ENCODED_LENGTH_MIN = 6;

    private static final Pattern ESCAPE = Pattern.compile("%[0-9A-F]{2}");

    private SecretSpellings() {}

    /** Each has at least {@link Redactor#LENGTH_MIN} characters. */
    static Set<String> of(SecretValue secret) {
        Set<String> spellings = new LinkedHashSet<>();
        String value = secret.reveal();
        spellings.add(value);
        spellings.add(value.strip());
        // Output is redacted line by line, so a certificate must be known by its lines.
        value.lines().forEach(line -> {
            spellings.add(line);
            spellings.add(line.strip());
        });
        // A value that came from a file often has a line end that a program drops before it encodes.
        for (String whole : List.of(value, value.strip())) {
            if (whole.length() >= ENCODED_LENGTH_MIN) {
                addEncoded(whole, spellings);
            }
        }
        spellings.removeIf(text -> text.length() < Redactor.LENGTH_MIN);
        return spellings;
    }

    private static void addEncoded(String value, Set<String> spellings) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        String hex = HexFormat.of().formatHex(bytes);
        spellings.add(hex);
        spellings.add(hex.toUpperCase(Locale.ROOT));
        addUrlEncoded(value, spellings);
        spellings.add(jsonEscaped(value, false));
        spellings.add(jsonEscaped(value, true));
        for (int offset = 0; offset < 3; offset++) {
            addBase64(bytes, offset, spellings);
        }
        // base64(1) and MIME break lines.
        Base64.getMimeEncoder()
                .encodeToString(bytes)
                .lines()
                .filter(line -> line.length() >= ENCODED_LENGTH_MIN)
                .forEach(spellings::add);
    }

    /** Each library leaves other characters alone; and hex digits are large or small. */
    private static void addUrlEncoded(String value, Set<String> spellings) {
        String form = URLEncoder.encode(value, StandardCharsets.UTF_8);
        String path = form.replace("+", "%20").replace("%7E", "~");
        String inScripts =
                path.replace("%21", "!").replace("%27", "'").replace("%28", "(").replace("%29", ")");
        String inPython = path.replace("%2F", "/").replace("*", "%2A");
        for (String encoded : List.of(form, form.replace("+", "%20"), path, inScripts, inPython)) {
            spellings.add(encoded);
            spellings.add(
                    ESCAPE.matcher(encoded).replaceAll(escape -> escape.group().toLowerCase(Locale.ROOT)));
        }
    }

    /** As the inside of a JSON string, with other scripts as they are or escaped (as Python does). */
    private static String jsonEscaped(String value, boolean asciiOnly) {
        StringBuilder escaped = new StringBuilder();
        for (char c : value.toCharArray()) {
            switch (c) {
                case '"' -> escaped.append("\\\"");
                case '\\' -> escaped.append("\\\\");
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                default -> {
                    if (c < ' ' || asciiOnly && c > '~') {
                        escaped.append("\\u").append(HexFormat.of().toHexDigits(c));
                    } else {
                        escaped.append(c);
                    }
                }
            }
        }
        return escaped.toString();
    }

    /**
     * The characters that only the value determines when it stands at {@code offset} (modulo 3) in a longer text, as a
     * password does in {@code Basic} credentials.
     */
    private static void addBase64(byte[] bytes, int offset, Set<String> spellings) {
        byte[] shifted = new byte[offset + bytes.length];
        System.arraycopy(bytes, 0, shifted, offset, bytes.length);
        int first = (offset * 8 + 5) / 6;
        int last = shifted.length * 8 / 6;
        if (last - first < ENCODED_LENGTH_MIN) {
            return;
        }
        for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
            String encoded = encoder.encodeToString(shifted);
            spellings.add(encoded.substring(first, last));
            if (offset == 0) {
                // With its tail and padding, when nothing follows the value.
                spellings.add(encoded);
                spellings.add(encoded.replace("=", ""));
            }
        }
    }
}
