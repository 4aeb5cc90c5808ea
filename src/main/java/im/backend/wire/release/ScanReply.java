package im.backend.wire.release;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known now to be wrong with the packages of a release.
 *
 * @param scanner {@code osv} or {@code trivy}
 * @param advisoriesAt how fresh the knowledge is
 * @param notes what one has to know to judge it, as that a source could not be reached
 * @param packages how many were looked up
 * @param counts findings by severity, worst first, those that are ignored left out
 * @param findings worst first
 */
public record ScanReply(
        String projectId,
        String version,
        String scanner,
        Optional<Instant> advisoriesAt,
        List<String> notes,
        int packages,
        Map<String, Integer> counts,
        List<FindingBody> findings) {
    public ScanReply {
        notes = List.copyOf(notes);
        counts = Collections.unmodifiableMap(new LinkedHashMap<>(counts));
        findings = List.copyOf(findings);
    }
}
