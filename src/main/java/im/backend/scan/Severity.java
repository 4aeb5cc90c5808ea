package im.backend.scan;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How bad a fault is, worst last (CVSS 3.1, section 5: qualitative severity rating scale). */
public enum Severity {
    /** Nobody has rated it yet. */
    UNKNOWN,
    LOW,
    MEDIUM,
    HIGH,
    CRITICAL;

    /** As databases write it; {@code MODERATE} is MEDIUM. */
    public static Optional<Severity> parse(String word) {
        String name = word.strip().toUpperCase(Locale.ROOT).replace("MODERATE", "MEDIUM");
        return Arrays.stream(values()).filter(one -> one.name().equals(name)).findFirst();
    }

    /** @param score from 0 to 10 */
    public static Severity ofScore(double score) {
        if (score >= 9) {
            return CRITICAL;
        }
        if (score >= 7) {
            return HIGH;
        }
        return score >= 4 ? MEDIUM : score > 0 ? LOW : UNKNOWN;
    }

    public boolean isAtLeast(Severity other) {
        return compareTo(other) >= 0;
    }

    /** In lower case, as in JSON and on the command line. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
