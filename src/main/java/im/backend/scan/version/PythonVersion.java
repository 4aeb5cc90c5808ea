package im.backend.scan.version;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * PEP 440, "Summary of permitted suffixes and relative ordering": {@code 1.0.dev1 < 1.0a1 < 1.0rc1 < 1.0 < 1.0+local <
 * 1.0.post1}.
 *
 * @param release without zeros at its end, since 1.0 and 1.0.0 are one version
 * @param phase where it stands beside the release of its numbers
 * @param local the words of a local version; none for a published one
 */
record PythonVersion(String epoch, List<String> release, Phase phase, List<String> local)
        implements Comparable<PythonVersion> {
    private static final Pattern GRAMMAR = Pattern.compile("v?(?:(?<epoch>\\d+)!)?(?<release>\\d+(?:\\.\\d+)*)"
            + "(?<pre>[-_.]?(?<prel>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<pren>\\d+)?)?"
            + "(?<post>-(?<postn1>\\d+)|[-_.]?(?:post|rev|r)[-_.]?(?<postn2>\\d+)?)?"
            + "(?<dev>[-_.]?dev[-_.]?(?<devn>\\d+)?)?"
            + "(?:\\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?");
    private static final Comparator<String> NUMBERS = Digits::compare;
    private static final Comparator<PythonVersion> ORDER = Comparator.comparing(PythonVersion::epoch, NUMBERS)
            .thenComparing(PythonVersion::release, PythonVersion::compareReleases)
            .thenComparing(PythonVersion::phase)
            .thenComparing(PythonVersion::local, PythonVersion::compareLocals);

    /**
     * Pre-release, post-release and development part.
     *
     * @param rank 0 for a development version of the release itself, 1 to 3 for a, b and rc, 4 for the release
     * @param number of the pre-release
     * @param post number of the post-release; null when it is none
     * @param dev number of the development version; null when it is none
     */
    private record Phase(
            int rank,
            String number,
            @Nullable String post,
            @Nullable String dev) implements Comparable<Phase> {
        /** Without a post part comes first, without a development part last. */
        private static final Comparator<Phase> ORDER = Comparator.comparingInt(Phase::rank)
                .thenComparing(Phase::number, NUMBERS)
                .thenComparing(Phase::post, Comparator.nullsFirst(NUMBERS))
                .thenComparing(Phase::dev, Comparator.nullsLast(NUMBERS));

        @Override
        public int compareTo(Phase other) {
            return ORDER.compare(this, other);
        }
    }

    PythonVersion {
        release = List.copyOf(release);
        local = List.copyOf(local);
    }

    static Optional<PythonVersion> parse(String text) {
        Matcher matcher = GRAMMAR.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        List<String> release = new ArrayList<>(List.of(matcher.group("release").split("\\.")));
        while (release.size() > 1 && Digits.isZero(release.getLast())) {
            release.removeLast();
        }
        String local = matcher.group("local");
        return Optional.of(new PythonVersion(
                or(matcher.group("epoch"), "0"),
                release,
                phase(matcher),
                local == null ? List.of() : Arrays.asList(local.split("[-_.]"))));
    }

    private static Phase phase(Matcher matcher) {
        String post =
                matcher.group("post") == null ? null : or(matcher.group("postn1"), or(matcher.group("postn2"), "0"));
        String dev = matcher.group("dev") == null ? null : or(matcher.group("devn"), "0");
        return new Phase(rank(matcher.group("prel"), post, dev), or(matcher.group("pren"), "0"), post, dev);
    }

    private static int rank(@Nullable String pre, @Nullable String post, @Nullable String dev) {
        return switch (pre) {
            case "a", "alpha" -> 1;
            case "b", "beta" -> 2;
            case "c", "rc", "pre", "preview" -> 3;
            case null, default -> post == null && dev != null ? 0 : 4;
        };
    }

    private static String or(@Nullable String text, String otherwise) {
        return text == null ? otherwise : text;
    }

    private static int compareReleases(List<String> one, List<String> other) {
        for (int at = 0; at < Math.max(one.size(), other.size()); at++) {
            int order = Digits.compare(at < one.size() ? one.get(at) : "0", at < other.size() ? other.get(at) : "0");
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    /** Words come before numbers, and a longer one after its own beginning. */
    private static int compareLocals(List<String> one, List<String> other) {
        for (int at = 0; at < Math.min(one.size(), other.size()); at++) {
            boolean number = Digits.are(one.get(at));
            boolean otherNumber = Digits.are(other.get(at));
            int order;
            if (number && otherNumber) {
                order = Digits.compare(one.get(at), other.get(at));
            } else if (number == otherNumber) {
                order = one.get(at).compareTo(other.get(at));
            } else {
                order = Boolean.compare(number, otherNumber);
            }
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(one.size(), other.size());
    }

    @Override
    public int compareTo(PythonVersion other) {
        return ORDER.compare(this, other);
    }
}
