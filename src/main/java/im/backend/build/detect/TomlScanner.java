package im.backend.build.detect;

import java.util.ArrayList;
import java.util.List;

/**
 * Walks over the text of TOML: keys, strings and words, and the blanks and comments around them. What is not TOML is an
 * {@link IllegalArgumentException} with the line.
 */
final class TomlScanner {
    private final String text;
    private int at;

    TomlScanner(String text) {
        this.text = text.replace("\r\n", "\n");
    }

    boolean atEnd() {
        return at >= text.length();
    }

    List<String> key() {
        List<String> parts = new ArrayList<>();
        do {
            skipSpaces();
            parts.add(peek() == '"' || peek() == '\'' ? string() : bareKey());
            skipSpaces();
        } while (accept("."));
        return parts;
    }

    private String bareKey() {
        int start = at;
        while (Character.isLetterOrDigit(peek()) || peek() == '_' || peek() == '-') {
            at++;
        }
        if (at == start) {
            throw fault("expected a key");
        }
        return text.substring(start, at);
    }

    /** A number, a date or a truth, as it is written. */
    String word() {
        int start = at;
        while (at < text.length() && ",]}#\n".indexOf(peek()) < 0) {
            at++;
        }
        String word = text.substring(start, at).strip();
        if (word.isEmpty()) {
            throw fault("expected a value");
        }
        return word;
    }

    String string() {
        char quote = peek();
        String fence = String.valueOf(quote).repeat(3);
        if (text.startsWith(fence, at)) {
            at += 3;
            accept("\n");
            return quoted(fence, quote == '"');
        }
        at++;
        return quoted(String.valueOf(quote), quote == '"');
    }

    private String quoted(String end, boolean escapes) {
        StringBuilder content = new StringBuilder();
        while (!text.startsWith(end, at)) {
            if (at >= text.length() || (end.length() == 1 && peek() == '\n')) {
                throw fault("a string has no end");
            }
            char c = text.charAt(at++);
            if (c == '\\' && escapes) {
                escape(content);
            } else {
                content.append(c);
            }
        }
        at += end.length();
        // A multi-line string may end with one or two quotes of its own.
        while (end.length() == 3 && peek() == end.charAt(0)) {
            content.append(text.charAt(at++));
        }
        return content.toString();
    }

    private void escape(StringBuilder content) {
        char c = peek();
        at++;
        switch (c) {
            case 'n' -> content.append('\n');
            case 't' -> content.append('\t');
            case 'r' -> content.append('\r');
            case 'b' -> content.append('\b');
            case 'f' -> content.append('\f');
            case 'e' -> content.append('\u001b');
            case '"', '\\' -> content.append(c);
            case 'x' -> content.appendCodePoint(hex(2));
            case 'u' -> content.appendCodePoint(hex(4));
            case 'U' -> content.appendCodePoint(hex(8));
            case '\n', ' ', '\t' -> {
                while (Character.isWhitespace(peek())) {
                    at++;
                }
            }
            default -> throw fault("unknown escape \\" + c);
        }
    }

    private int hex(int digits) {
        if (at + digits > text.length()) {
            throw fault("expected " + digits + " hex digits");
        }
        int codePoint;
        try {
            codePoint = Integer.parseInt(text, at, at + digits, 16);
        } catch (NumberFormatException e) {
            throw fault("expected " + digits + " hex digits");
        }
        if (!Character.isValidCodePoint(codePoint)) {
            throw fault("expected a Unicode character");
        }
        at += digits;
        return codePoint;
    }

    void endOfLine() {
        skipSpaces();
        if (peek() == '#') {
            skipComment();
        }
        if (at < text.length() && !accept("\n")) {
            throw fault("expected the end of the line");
        }
    }

    void skipBlank() {
        while (at < text.length() && (Character.isWhitespace(peek()) || peek() == '#')) {
            if (peek() == '#') {
                skipComment();
            } else {
                at++;
            }
        }
    }

    private void skipComment() {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
    }

    void skipSpaces() {
        while (peek() == ' ' || peek() == '\t') {
            at++;
        }
    }

    void expect(String token) {
        skipSpaces();
        if (!accept(token)) {
            throw fault("expected " + token);
        }
    }

    boolean accept(String token) {
        if (text.startsWith(token, at)) {
            at += token.length();
            return true;
        }
        return false;
    }

    /** NUL at the end, which TOML does not allow anywhere. */
    char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    IllegalArgumentException fault(String what) {
        long line = text.substring(0, Math.min(at, text.length())).lines().count();
        return new IllegalArgumentException("line " + Math.max(1, line) + ": " + what);
    }
}
