package im.backend.scan.osv;

import im.backend.sbom.PackageUrl;
import im.backend.scan.Finding;
import im.backend.scan.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * An advisory that is about a version.
 *
 * @param names its id first, then its aliases
 */
record Match(List<String> names, String title, Severity severity, List<String> fixedIn) {
    Match {
        names = List.copyOf(names);
        fixedIn = List.copyOf(fixedIn);
    }

    /** Empty when the version does not have the fault. */
    static Optional<Match> of(Advisory advisory, String key, String version) {
        List<Advisory.Affected> having = advisory.affected().stream()
                .filter(one -> one.key().equals(key) && one.has(version))
                .toList();
        if (having.isEmpty()) {
            return Optional.empty();
        }
        List<String> names = new ArrayList<>(List.of(advisory.id()));
        names.addAll(advisory.aliases());
        Severity own = having.stream()
                .map(Advisory.Affected::severity)
                .max(Comparator.naturalOrder())
                .orElse(Severity.UNKNOWN);
        return Optional.of(new Match(
                names,
                advisory.title(),
                advisory.severity() == Severity.UNKNOWN ? own : advisory.severity(),
                having.stream()
                        .flatMap(one -> one.fixesAfter(version).stream())
                        .distinct()
                        .toList()));
    }

    /** Databases tell of the same fault under names of their own: what shares a name is one. */
    static List<Match> merge(List<Match> matches) {
        List<Match> merged = new ArrayList<>();
        for (Match match : matches) {
            Match whole = match;
            for (Match other : List.copyOf(merged)) {
                if (whole.names.stream().anyMatch(other.names::contains)) {
                    merged.remove(other);
                    whole = other.with(whole);
                }
            }
            merged.add(whole);
        }
        return merged;
    }

    private Match with(Match other) {
        // The advisory that has a rating tells more, and usually is the one that people know.
        Match first = other.severity.isAtLeast(severity) && severity == Severity.UNKNOWN ? other : this;
        Match second = first == this ? other : this;
        List<String> names = new ArrayList<>(first.names);
        second.names.stream().filter(name -> !first.names.contains(name)).forEach(names::add);
        return new Match(
                names,
                first.title.isEmpty() ? second.title : first.title,
                first.severity.isAtLeast(second.severity) ? first.severity : second.severity,
                first.fixedIn.isEmpty() ? second.fixedIn : first.fixedIn);
    }

    Finding finding(PackageUrl subject) {
        return new Finding(
                names.getFirst(),
                List.copyOf(new TreeSet<>(names.subList(1, names.size()))),
                subject,
                severity,
                title,
                fixedIn,
                Optional.empty());
    }
}
