package im.backend.scan;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one scan found.
 *
 * @param scanner {@code osv} or {@code trivy}
 * @param advisoriesAt how fresh the knowledge is; absent when the scanner does not tell
 * @param notes what a reader has to know to judge it, as that a source could not be reached
 * @param packages how many were looked up
 * @param findings worst first
 */
public record ScanReport(
        String scanner, Optional<Instant> advisoriesAt, List<String> notes, int packages, List<Finding> findings) {
    public ScanReport {
        notes = List.copyOf(notes);
        findings = findings.stream().sorted(Finding.ORDER).toList();
    }

    /** Findings of each severity, those that are ignored left out. */
    public Map<Severity, Integer> counts() {
        Map<Severity, Integer> counts = new EnumMap<>(Severity.class);
        for (Severity severity : Severity.values()) {
            counts.put(severity, 0);
        }
        findings.stream()
                .filter(finding -> finding.ignored().isEmpty())
                .forEach(finding -> counts.merge(finding.severity(), 1, Integer::sum));
        return Collections.unmodifiableMap(counts);
    }

    ScanReport withFindings(List<Finding> judged) {
        return new ScanReport(scanner, advisoriesAt, notes, packages, judged);
    }
}
