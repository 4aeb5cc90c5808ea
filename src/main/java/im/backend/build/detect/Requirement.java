package im.backend.build.detect;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name and extras of a PEP 508 line; versions and markers are pip's business.
 *
 * @param name normalised as PEP 503 says
 */
record Requirement(String name, Set<String> extras) {
    private static final Pattern LINE = Pattern.compile(
            "([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\\s*(?:\\[([^\\]]*)])?\\s*(?:[<>=!~;@(,\\s#].*)?");

    /** Empty for options, paths, URLs and comments. */
    static Optional<Requirement> parse(String line) {
        Matcher matcher = LINE.matcher(line.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Set<String> extras = new TreeSet<>();
        if (matcher.group(2) != null) {
            for (String extra : matcher.group(2).split(",", -1)) {
                extras.add(normalise(extra.strip()));
            }
        }
        return Optional.of(new Requirement(normalise(matcher.group(1)), extras));
    }

    static String normalise(String name) {
        return name.replaceAll("[-_.]+", "-").toLowerCase(Locale.ROOT);
    }
}
