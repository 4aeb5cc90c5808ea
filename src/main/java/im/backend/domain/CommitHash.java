package im.backend.domain;

import im.backend.problem.Problem;
import java.util.regex.Pattern;

/** A git commit: 40 hex digits stored, the first 12 shown (seed 004 shows 12). */
public record CommitHash(String value) {
    public static final int SHORT_LENGTH = 12;
    private static final Pattern GRAMMAR = Pattern.compile("[0-9a-f]{40}");

    public CommitHash {
        if (!GRAMMAR.matcher(value).matches()) {
            throw new Problem.NotFound("commit-unknown", "commit: " + Quoted.of(value) + " (expected: 40 hex digits)")
                    .asException();
        }
    }

    /** The 12 digits that people, namespaces and hosts carry. */
    public String shortForm() {
        return value.substring(0, SHORT_LENGTH);
    }

    @Override
    public String toString() {
        return value;
    }
}
