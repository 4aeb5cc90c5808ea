package im.backend.domain;

import im.backend.problem.Problem;
import im.backend.problem.Violation;
import java.util.List;
import java.util.regex.Pattern;

/** What a person calls a project: a DNS label, because it is the first label of the project's host. */
public record ProjectName(String value) implements Comparable<ProjectName> {
    public static final int LENGTH_MAX = 40;
    private static final Pattern GRAMMAR = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

    public ProjectName {
        if (value.length() > LENGTH_MAX || !GRAMMAR.matcher(value).matches()) {
            String expected = "1 to " + LENGTH_MAX
                    + " lower-case letters, digits and single hyphens, starting with a letter, as in my-api";
            throw new Problem.Invalid(
                            "validation",
                            "The project name is not allowed.",
                            List.of(new Violation(
                                    "/name", "name: " + Quoted.of(value) + " (expected: " + expected + ")")))
                    .asException();
        }
    }

    @Override
    public int compareTo(ProjectName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
