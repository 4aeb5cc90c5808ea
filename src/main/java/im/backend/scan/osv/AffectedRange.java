package im.backend.scan.osv;

import im.backend.scan.version.VersionOrder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** From where to where a fault goes (OSV schema, "affected[].ranges[].events"). */
record AffectedRange(VersionOrder order, List<Event> events) {
    /** What happens to the fault at a version. */
    record Event(Kind kind, String version) {}

    enum Kind {
        INTRODUCED,
        FIXED,
        LAST_AFFECTED,
        LIMIT
    }

    /** Comes before every version. */
    private static final String BEGINNING = "0";

    /** Every version is below it, so that it limits nothing. */
    private static final String NO_LIMIT = "*";

    AffectedRange {
        events = List.copyOf(events);
    }

    /** Follows the schema's own algorithm ("Evaluation"); a version that can not be ordered is in no range. */
    boolean contains(String version) {
        if (!isBelowALimit(version)) {
            return false;
        }
        // The last event at or below the version counts, whatever the order in which they are told.
        boolean affected = false;
        for (Event event : sorted()) {
            boolean reached = switch (event.kind()) {
                case INTRODUCED -> isAtLeast(version, event.version());
                case FIXED -> isAtLeast(version, event.version());
                case LAST_AFFECTED -> isAbove(version, event.version());
                case LIMIT -> false;
            };
            if (reached) {
                affected = event.kind() == Kind.INTRODUCED;
            }
        }
        return affected;
    }

    /** The first version after {@code version} that has the fault no more. */
    Optional<String> fixAfter(String version) {
        return sorted().stream()
                .filter(event -> event.kind() == Kind.FIXED && isAbove(event.version(), version))
                .map(Event::version)
                .findFirst();
    }

    private List<Event> sorted() {
        return events.stream()
                .sorted((one, other) -> {
                    if (one.version().equals(BEGINNING) || other.version().equals(BEGINNING)) {
                        return Boolean.compare(
                                !one.version().equals(BEGINNING),
                                !other.version().equals(BEGINNING));
                    }
                    return order.compare(one.version(), other.version()).orElse(0);
                })
                .toList();
    }

    private boolean isBelowALimit(String version) {
        List<Event> limits =
                events.stream().filter(event -> event.kind() == Kind.LIMIT).toList();
        return limits.isEmpty()
                || limits.stream()
                        .anyMatch(limit -> limit.version().equals(NO_LIMIT) || isAbove(limit.version(), version));
    }

    private boolean isAtLeast(String version, String bound) {
        OptionalInt compared = order.compare(version, bound.equals(BEGINNING) ? version : bound);
        return compared.isPresent() && compared.getAsInt() >= 0;
    }

    private boolean isAbove(String version, String bound) {
        OptionalInt compared = order.compare(version, bound);
        return compared.isPresent() && compared.getAsInt() > 0;
    }
}
