package im.backend.domain;

import im.backend.problem.Problem;
import im.backend.problem.Violation;
import java.util.List;
import java.util.regex.Pattern;

/** The account that owns projects; the first part of each {@link ProjectId}. No hyphen, so that ids stay unambiguous. */
public record UserName(String value) {
    public static final int LENGTH_MAX = 20;
    private static final Pattern GRAMMAR = Pattern.compile("[a-z][a-z0-9]{0,19}");

    public UserName {
        if (!GRAMMAR.matcher(value).matches()) {
            throw new Problem.Invalid(
                            "validation",
                            "The user name is not allowed.",
                            List.of(new Violation(
                                    "/user",
                                    "user: " + Quoted.of(value) + " (expected: 1 to " + LENGTH_MAX
                                            + " lower-case letters and digits, starting with a letter)")))
                    .asException();
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
