package im.backend.registry;

import im.backend.problem.Problem;
import java.util.regex.Pattern;

/** A name that may be moved from one manifest to another (OCI distribution 1.1, "Pulling manifests"). */
public record Tag(String value) implements Comparable<Tag> {
    public static final int LENGTH_MAX = 128;
    private static final Pattern GRAMMAR = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");

    public Tag {
        if (!isOne(value)) {
            throw new Problem.Malformed(
                            "manifest-invalid",
                            "The tag is not allowed (expected: 1 to " + LENGTH_MAX
                                    + " letters, digits, . _ or -, and neither . nor - as the first).")
                    .asException();
        }
    }

    static boolean isOne(String text) {
        return GRAMMAR.matcher(text).matches();
    }

    @Override
    public int compareTo(Tag other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
