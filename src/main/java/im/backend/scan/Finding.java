package im.backend.scan;

import im.backend.sbom.PackageUrl;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A known fault of one package.
 *
 * @param id by which most people know it, as {@code GHSA-g3rq-g295-4j3m}
 * @param aliases the same fault in other databases, sorted
 * @param title one line; may be empty
 * @param fixedIn versions that have it no more, the nearest first; empty when there is none yet
 * @param ignored the operator's reason to live with it
 */
public record Finding(
        String id,
        List<String> aliases,
        PackageUrl subject,
        Severity severity,
        String title,
        List<String> fixedIn,
        Optional<String> ignored) {
    /** Worst first. */
    public static final Comparator<Finding> ORDER = Comparator.comparing(Finding::severity)
            .reversed()
            .thenComparing(Finding::subject)
            .thenComparing(Finding::id);

    public Finding {
        aliases = List.copyOf(aliases);
        fixedIn = List.copyOf(fixedIn);
    }

    /** Whether this is a name of it. */
    public boolean isNamed(String name) {
        return id.equalsIgnoreCase(name) || aliases.stream().anyMatch(name::equalsIgnoreCase);
    }

    Finding ignoredBecause(String reason) {
        return new Finding(id, aliases, subject, severity, title, fixedIn, Optional.of(reason));
    }

    /** One line for a log: {@code critical: jinja2 3.1.2 has GHSA-... (title), mended in 3.1.4}. */
    public String line() {
        return severity.wireName() + ": " + subject.fullName() + " " + subject.version() + " has " + id
                + (title.isEmpty() ? "" : " (" + title + ")")
                + (fixedIn.isEmpty() ? ", not mended yet" : ", mended in " + String.join(", ", fixedIn));
    }
}
