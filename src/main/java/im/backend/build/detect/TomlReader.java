package im.backend.build.detect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the TOML of pyproject.toml, uv.lock and poetry.lock (TOML 1.0). Dates and numbers stay text, since nothing here
 * counts with them; a document that is not TOML gives an {@link IllegalArgumentException} with the line.
 */
final class TomlReader {
    private static final int NESTING_MAX = 50;

    private final String text;
    private int at;
    private int nesting;

    private TomlReader(String text) {
        this.text = text.replace("\r\n", "\n");
    }

    /** Tables are {@code Map<String, Object>}, arrays {@code List<Object>}, all else is {@code String} or {@code Boolean}. */
    static Map<String, Object> read(String text) {
        return new TomlReader(text).document();
    }

    private Map<String, Object> document() {
        Map<String, Object> root = new LinkedHashMap<>();
        Map<String, Object> table = root;
        skipBlank();
        while (at < text.length()) {
            if (text.startsWith("[[", at)) {
                at += 2;
                table = appendTable(root, key());
                expect("]]");
            } else if (peek() == '[') {
                at++;
                table = descend(root, key());
                expect("]");
            } else {
                assign(table);
            }
            endOfLine();
            skipBlank();
        }
        return root;
    }

    private void assign(Map<String, Object> table) {
        List<String> path = key();
        expect("=");
        Map<String, Object> owner = descend(table, path.subList(0, path.size() - 1));
        if (owner.putIfAbsent(path.getLast(), value()) != null) {
            throw fault("the key " + path.getLast() + " is there twice");
        }
    }

    private List<String> key() {
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

    private Object value() {
        skipSpaces();
        if (++nesting > NESTING_MAX) {
            throw fault("nested too deeply");
        }
        Object value = switch (peek()) {
            case '"', '\'' -> string();
            case '[' -> array();
            case '{' -> inlineTable();
            default -> scalar();
        };
        nesting--;
        return value;
    }

    private Object scalar() {
        int start = at;
        while (at < text.length() && ",]}#\n".indexOf(peek()) < 0) {
            at++;
        }
        String word = text.substring(start, at).strip();
        if (word.isEmpty()) {
            throw fault("expected a value");
        }
        return word.equals("true") || word.equals("false") ? (Object) Boolean.valueOf(word) : word;
    }

    private List<Object> array() {
        List<Object> items = new ArrayList<>();
        at++;
        skipBlank();
        while (!accept("]")) {
            items.add(value());
            skipBlank();
            if (!accept(",") && peek() != ']') {
                throw fault("expected , or ] in an array");
            }
            skipBlank();
        }
        return items;
    }

    private Map<String, Object> inlineTable() {
        Map<String, Object> table = new LinkedHashMap<>();
        at++;
        skipBlank();
        while (!accept("}")) {
            assign(table);
            skipBlank();
            if (!accept(",") && peek() != '}') {
                throw fault("expected , or } in an inline table");
            }
            skipBlank();
        }
        return table;
    }

    private String string() {
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

    @SuppressWarnings("unchecked")
    private Map<String, Object> descend(Map<String, Object> from, List<String> path) {
        Map<String, Object> table = from;
        for (String part : path) {
            Object next = table.computeIfAbsent(part, absent -> new LinkedHashMap<String, Object>());
            if (next instanceof List<?> tables && !tables.isEmpty()) {
                next = tables.getLast();
            }
            if (!(next instanceof Map)) {
                throw fault("the key " + part + " is not a table");
            }
            table = (Map<String, Object>) next;
        }
        return table;
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> appendTable(Map<String, Object> root, List<String> path) {
        Map<String, Object> owner = descend(root, path.subList(0, path.size() - 1));
        Object tables = owner.computeIfAbsent(path.getLast(), absent -> new ArrayList<>());
        if (!(tables instanceof List)) {
            throw fault("the key " + path.getLast() + " is not an array of tables");
        }
        Map<String, Object> added = new LinkedHashMap<>();
        ((List<Object>) tables).add(added);
        return added;
    }

    private void endOfLine() {
        skipSpaces();
        if (peek() == '#') {
            skipComment();
        }
        if (at < text.length() && !accept("\n")) {
            throw fault("expected the end of the line");
        }
    }

    private void skipBlank() {
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

    private void skipSpaces() {
        while (peek() == ' ' || peek() == '\t') {
            at++;
        }
    }

    private void expect(String token) {
        skipSpaces();
        if (!accept(token)) {
            throw fault("expected " + token);
        }
    }

    private boolean accept(String token) {
        if (text.startsWith(token, at)) {
            at += token.length();
            return true;
        }
        return false;
    }

    /** NUL at the end, which TOML does not allow anywhere. */
    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private IllegalArgumentException fault(String what) {
        long line = text.substring(0, Math.min(at, text.length())).lines().count();
        return new IllegalArgumentException("line " + Math.max(1, line) + ": " + what);
    }
}
