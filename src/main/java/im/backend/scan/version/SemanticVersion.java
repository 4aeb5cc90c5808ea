package im.backend.scan.version;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Semantic Versioning 2.0.0, section 11. Build metadata ({@code +incompatible}) has no part in the order.
 *
 * @param numbers major, minor and patch
 * @param before identifiers of a pre-release; none for a release, which is later than all of them
 */
record SemanticVersion(List<String> numbers, List<String> before) implements Comparable<SemanticVersion> {
    private static final Pattern GRAMMAR =
            Pattern.compile("[v=]?(\\d+)(?:\\.(\\d+))?(?:\\.(\\d+))?(?:-([0-9A-Za-z.-]+))?(?:\\+[0-9A-Za-z.+-]*)?");

    SemanticVersion {
        numbers = List.copyOf(numbers);
        before = List.copyOf(before);
    }

    static Optional<SemanticVersion> parse(String text) {
        Matcher matcher = GRAMMAR.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(new SemanticVersion(
                List.of(matcher.group(1), number(matcher, 2), number(matcher, 3)),
                matcher.group(4) == null ? List.of() : List.of(matcher.group(4).split("\\.", -1))));
    }

    private static String number(Matcher matcher, int group) {
        return matcher.group(group) == null ? "0" : matcher.group(group);
    }

    @Override
    public int compareTo(SemanticVersion other) {
        for (int at = 0; at < numbers.size(); at++) {
            int order = Digits.compare(numbers.get(at), other.numbers.get(at));
            if (order != 0) {
                return order;
            }
        }
        if (before.isEmpty() || other.before.isEmpty()) {
            return Boolean.compare(before.isEmpty(), other.before.isEmpty());
        }
        for (int at = 0; at < Math.min(before.size(), other.before.size()); at++) {
            int order = compareIdentifiers(before.get(at), other.before.get(at));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(before.size(), other.before.size());
    }

    /** Numbers come before words. */
    private static int compareIdentifiers(String one, String other) {
        boolean number = Digits.are(one);
        boolean otherNumber = Digits.are(other);
        if (number && otherNumber) {
            return Digits.compare(one, other);
        }
        return number == otherNumber ? one.compareTo(other) : Boolean.compare(otherNumber, number);
    }
}
