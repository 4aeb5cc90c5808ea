package im.backend.scan.osv;

import im.backend.scan.Severity;
import im.backend.scan.version.VersionOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is looked up of one advisory.
 *
 * @param aliases the same fault in other databases
 * @param title one line; may be empty
 */
record Advisory(String id, List<String> aliases, String title, Severity severity, List<Affected> affected) {
    Advisory {
        aliases = List.copyOf(aliases);
        affected = List.copyOf(affected);
    }

    /**
     * One package that has the fault.
     *
     * @param key of {@link Ecosystem#key}
     * @param versions told one by one
     */
    record Affected(
            String key, VersionOrder order, List<String> versions, List<AffectedRange> ranges, Severity severity) {
        Affected {
            versions = List.copyOf(versions);
            ranges = List.copyOf(ranges);
        }

        /** A version that is named has it, and so has one that is in any of the ranges. */
        boolean has(String version) {
            return versions.stream().anyMatch(one -> isSame(one, version))
                    || ranges.stream().anyMatch(range -> range.contains(version));
        }

        private boolean isSame(String one, String version) {
            return one.equals(version) || order.compare(one, version).equals(OptionalInt.of(0));
        }

        /** Of all ranges, nearest first. */
        List<String> fixesAfter(String version) {
            List<String> containing = fixes(version, true);
            // A fault that is told by its versions alone still names the fix in a range that does not contain them.
            List<String> fixes = containing.isEmpty() ? fixes(version, false) : containing;
            return fixes.stream()
                    .distinct()
                    .sorted((one, other) -> order.compare(one, other).orElse(0))
                    .toList();
        }

        private List<String> fixes(String version, boolean containing) {
            List<String> fixes = new ArrayList<>();
            for (AffectedRange range : ranges) {
                if (!containing || range.contains(version)) {
                    Optional<String> fix = range.fixAfter(version);
                    fix.ifPresent(fixes::add);
                }
            }
            return fixes;
        }
    }
}
