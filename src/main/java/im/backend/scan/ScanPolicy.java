package im.backend.scan;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the operator lives with and what not.
 *
 * @param block findings of this severity or a worse one keep an image from going live; absent lets all pass
 * @param ignored reasons by the id or an alias of a fault
 */
public record ScanPolicy(Optional<Severity> block, Map<String, String> ignored) {
    /** Nothing is blocked or ignored. */
    public static final ScanPolicy OPEN = new ScanPolicy(Optional.empty(), Map.of());

    public ScanPolicy {
        ignored = Collections.unmodifiableMap(new TreeMap<>(ignored));
    }

    /** Marks what is to be ignored. */
    public ScanReport judge(ScanReport report) {
        return report.withFindings(report.findings().stream().map(this::judge).toList());
    }

    private Finding judge(Finding finding) {
        return ignored.entrySet().stream()
                .filter(one -> finding.isNamed(one.getKey()))
                .findFirst()
                .map(one -> finding.ignoredBecause(one.getValue()))
                .orElse(finding);
    }

    /** The findings of a judged report that keep its image from going live. */
    public List<Finding> blocking(ScanReport judged) {
        return judged.findings().stream()
                .filter(finding -> finding.ignored().isEmpty())
                .filter(finding -> block.filter(finding.severity()::isAtLeast).isPresent())
                .toList();
    }
}
