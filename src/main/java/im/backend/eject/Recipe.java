package im.backend.eject;

import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** The lines of a Dockerfile, in order. */
final class Recipe {
    private final StringBuilder text = new StringBuilder();

    Recipe comment(String said) {
        text.append("# ").append(said).append('\n');
        return this;
    }

    Recipe line(String line) {
        text.append(line).append('\n');
        return this;
    }

    Recipe gap() {
        text.append('\n');
        return this;
    }

    /** Without a shell, as the platform runs it. */
    Recipe run(List<String> arguments) {
        return line("RUN " + Words.json(arguments));
    }

    Recipe environment(SortedMap<String, String> entries) {
        return entries.isEmpty()
                ? this
                : line("ENV "
                        + entries.entrySet().stream()
                                .map(entry -> entry.getKey() + "=" + Words.quoted(entry.getValue()))
                                .collect(Collectors.joining(" \\\n    ")));
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
