package im.backend.domain;

import im.backend.problem.Problem;

/** Counts a project's releases from 1; written {@code v12}. A rollback is a new version. */
public record ReleaseVersion(int number) implements Comparable<ReleaseVersion> {
    public ReleaseVersion {
        if (number < 1) {
            throw new IllegalArgumentException("version: " + number + " (expected: >= 1)");
        }
    }

    /** Accepts {@code v12} and {@code 12}. */
    public static ReleaseVersion parse(String text) {
        String digits = text.startsWith("v") ? text.substring(1) : text;
        if (digits.length() > 9 || !digits.matches("[1-9][0-9]*")) {
            throw new Problem.Malformed("bad-parameter", "version: " + Quoted.of(text) + " (expected: v1, v2, ...)")
                    .asException();
        }
        return new ReleaseVersion(Integer.parseInt(digits));
    }

    @Override
    public int compareTo(ReleaseVersion other) {
        return Integer.compare(number, other.number);
    }

    @Override
    public String toString() {
        return "v" + number;
    }
}
