package im.backend.build;

import im.backend.domain.RuntimeSpec;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which base each runtime gets. A row is for a language, with {@code {version}} where the reference has it, or for one
 * version of it, as {@code python:3.11}; the closer row wins.
 */
public record RuntimeTable(Map<String, String> rows) {
    private static final String VERSION = "{version}";

    public RuntimeTable {
        rows = Map.copyOf(new TreeMap<>(rows));
    }

    /** Empty when there is no row, or one that wants a version where none is known. */
    public Optional<ImageReference> find(RuntimeSpec runtime) {
        String exact = rows.get(runtime.toString());
        if (exact != null) {
            return Optional.of(ImageReference.parse(exact));
        }
        String row = rows.get(runtime.language().wireName());
        if (row == null || (row.contains(VERSION) && runtime.version().isEmpty())) {
            return Optional.empty();
        }
        return Optional.of(ImageReference.parse(row.replace(VERSION, runtime.version())));
    }

    /** Whether a row gives images of that name. */
    public boolean names(ImageReference reference) {
        return rows.values().stream()
                .map(row -> ImageReference.parse(row.replace(VERSION, "0")).name())
                .anyMatch(reference.name()::equals);
    }
}
