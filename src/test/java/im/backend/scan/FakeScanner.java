package im.backend.scan;

import im.backend.sbom.Sbom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds what it was told to find; for tests of whatever uses a {@link Scanner}. */
public final class FakeScanner implements Scanner {
    private final List<Finding> findings = new ArrayList<>();
    private Optional<RuntimeException> failure = Optional.empty();

    /** Of every image from now on that holds the finding's package. */
    public synchronized void find(Finding finding) {
        findings.add(finding);
    }

    /** Scans fail so from now on. */
    public synchronized void fail(RuntimeException with) {
        failure = Optional.of(with);
    }

    @Override
    public synchronized ScanReport scan(Sbom sbom) {
        if (failure.isPresent()) {
            throw failure.get();
        }
        return new ScanReport(
                "fake",
                Optional.of(Instant.parse("2026-11-22T00:00:00Z")),
                List.of(),
                sbom.packages().size(),
                findings.stream()
                        .filter(finding -> sbom.packages().contains(finding.subject()))
                        .toList());
    }
}
