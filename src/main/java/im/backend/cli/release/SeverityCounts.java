package im.backend.cli.release;

import im.backend.client.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How many findings there are of each severity, worst first. */
record SeverityCounts(JsonObject counts) {
    static final List<String> WORST_FIRST = List.of("critical", "high", "medium", "low", "unknown");

    static SeverityCounts of(JsonObject report) {
        return new SeverityCounts(report.object("counts").orElseGet(JsonObject::new));
    }

    /** {@code 1 critical, 2 low}, or {@code none}. */
    String text() {
        List<String> told = new ArrayList<>();
        for (String severity : WORST_FIRST) {
            long count = counts.number(severity, 0);
            if (count > 0) {
                told.add(count + " " + severity);
            }
        }
        return told.isEmpty() ? "none" : String.join(", ", told);
    }

    /** Whether there is a finding of that severity or a worse one. */
    boolean hasAtLeast(String severity) {
        return WORST_FIRST.subList(0, WORST_FIRST.indexOf(severity) + 1).stream()
                .anyMatch(one -> counts.number(one, 0) > 0);
    }

    /** A severity as people write it; empty when it is none. */
    static Optional<String> parse(String text) {
        return WORST_FIRST.stream()
                .filter(text.strip().toLowerCase(Locale.ROOT)::equals)
                .findFirst();
    }
}
