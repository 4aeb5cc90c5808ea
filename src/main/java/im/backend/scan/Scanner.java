package im.backend.scan;

import im.backend.sbom.Sbom;

/** Looks packages up among known faults. Safe for several threads. */
public interface Scanner {
    /**
     * Fails with Unavailable {@code advisories-unavailable} when there is nothing to look them up in. Takes well under a
     * second when the advisories are known already; the first call, and one after they have changed, reads them all.
     */
    ScanReport scan(Sbom sbom);
}
