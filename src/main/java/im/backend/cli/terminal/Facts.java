package im.backend.cli.terminal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Names and values, one a line; what is absent is left out. */
public final class Facts {
    private final Map<String, String> facts = new LinkedHashMap<>();

    public void add(String name, Optional<String> value) {
        value.ifPresent(text -> facts.put(name, text));
    }

    public void add(String name, String value) {
        facts.put(name, value);
    }

    public void print(Terminal terminal) {
        int width = facts.keySet().stream().mapToInt(String::length).max().orElse(0);
        facts.forEach(
                (name, value) -> terminal.answer(terminal.dim(name) + " ".repeat(width - name.length() + 2) + value));
    }
}
