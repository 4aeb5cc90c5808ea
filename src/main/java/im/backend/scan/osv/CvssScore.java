package im.backend.scan.osv;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Scores a CVSS vector, since advisories tell the vector and people ask for the score. */
final class CvssScore {
    private static final int LENGTH_MAX = 512;

    private CvssScore() {}

    /** From 0 to 10; empty when it is no vector of version 3 or 4. */
    static Optional<Double> of(String vector) {
        if (vector.length() > LENGTH_MAX) {
            return Optional.empty();
        }
        Map<String, String> metrics = new HashMap<>();
        for (String part : vector.split("/")) {
            int colon = part.indexOf(':');
            if (colon > 0) {
                metrics.put(part.substring(0, colon), part.substring(colon + 1));
            }
        }
        return switch (metrics.getOrDefault("CVSS", "")) {
            case "3.0", "3.1" -> Cvss3.score(metrics);
            case "4.0" -> Cvss4.score(metrics);
            default -> Optional.empty();
        };
    }
}
