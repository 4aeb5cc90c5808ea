package im.backend.scan;

import im.backend.scan.version.VersionOrder;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The least that mends the most: for each package the version at which the last of its findings is gone.
 *
 * @param versions by the package's full name
 */
public record Updates(SortedMap<String, String> versions) {
    public Updates {
        versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
    }

    public static Updates of(Collection<Finding> findings) {
        SortedMap<String, String> versions = new TreeMap<>();
        for (Finding finding : findings) {
            if (!finding.fixedIn().isEmpty()) {
                versions.merge(
                        finding.subject().fullName(),
                        finding.fixedIn().getFirst(),
                        (one, other) -> later(finding.subject().type(), one, other));
            }
        }
        return new Updates(versions);
    }

    private static String later(String type, String one, String other) {
        Optional<VersionOrder> order = VersionOrder.ofType(type);
        return order.isPresent() && order.get().compare(one, other).orElse(0) < 0 ? other : one;
    }

    /** {@code jinja2 to 3.1.6, starlette to 0.40.0}; empty when nothing is mended yet. */
    public String text(int countMax) {
        StringBuilder text = new StringBuilder();
        int told = 0;
        for (Map.Entry<String, String> update : versions.entrySet()) {
            if (told == countMax) {
                return text + " and " + (versions.size() - told) + " more";
            }
            text.append(told == 0 ? "" : ", ")
                    .append(update.getKey())
                    .append(" to ")
                    .append(update.getValue());
            told++;
        }
        return text.toString();
    }
}
