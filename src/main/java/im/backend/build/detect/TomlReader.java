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

    private final TomlScanner toml;
    private int nesting;

    private TomlReader(TomlScanner toml) {
        this.toml = toml;
    }

    /** Tables are {@code Map<String, Object>}, arrays {@code List<Object>}, all else is {@code String} or {@code Boolean}. */
    static Map<String, Object> read(String text) {
        return new TomlReader(new TomlScanner(text)).document();
    }

    private Map<String, Object> document() {
        Map<String, Object> root = new LinkedHashMap<>();
        Map<String, Object> table = root;
        toml.skipBlank();
        while (!toml.atEnd()) {
            if (toml.accept("[[")) {
                table = appendTable(root, toml.key());
                toml.expect("]]");
            } else if (toml.accept("[")) {
                table = descend(root, toml.key());
                toml.expect("]");
            } else {
                assign(table);
            }
            toml.endOfLine();
            toml.skipBlank();
        }
        return root;
    }

    private void assign(Map<String, Object> table) {
        List<String> path = toml.key();
        toml.expect("=");
        Map<String, Object> owner = descend(table, path.subList(0, path.size() - 1));
        if (owner.putIfAbsent(path.getLast(), value()) != null) {
            throw toml.fault("the key " + path.getLast() + " is there twice");
        }
    }

    private Object value() {
        toml.skipSpaces();
        if (++nesting > NESTING_MAX) {
            throw toml.fault("nested too deeply");
        }
        Object value = switch (toml.peek()) {
            case '"', '\'' -> toml.string();
            case '[' -> array();
            case '{' -> inlineTable();
            default -> scalar();
        };
        nesting--;
        return value;
    }

    private Object scalar() {
        String word = toml.word();
        return word.equals("true") || word.equals("false") ? (Object) Boolean.valueOf(word) : word;
    }

    private List<Object> array() {
        List<Object> items = new ArrayList<>();
        toml.expect("[");
        toml.skipBlank();
        while (!toml.accept("]")) {
            items.add(value());
            toml.skipBlank();
            if (!toml.accept(",") && toml.peek() != ']') {
                throw toml.fault("expected , or ] in an array");
            }
            toml.skipBlank();
        }
        return items;
    }

    private Map<String, Object> inlineTable() {
        Map<String, Object> table = new LinkedHashMap<>();
        toml.expect("{");
        toml.skipBlank();
        while (!toml.accept("}")) {
            assign(table);
            toml.skipBlank();
            if (!toml.accept(",") && toml.peek() != '}') {
                throw toml.fault("expected , or } in an inline table");
            }
            toml.skipBlank();
        }
        return table;
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
                throw toml.fault("the key " + part + " is not a table");
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
            throw toml.fault("the key " + path.getLast() + " is not an array of tables");
        }
        Map<String, Object> added = new LinkedHashMap<>();
        ((List<Object>) tables).add(added);
        return added;
    }
}
