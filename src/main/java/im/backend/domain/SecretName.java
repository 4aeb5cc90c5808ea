package im.backend.domain;

import im.backend.problem.Problem;
import java.util.regex.Pattern;

/** Name of a secret of one project, as in {@code env: [DATABASE_URL=secret:db_url]} (seed 000). */
public record SecretName(String value) implements Comparable<SecretName> {
    private static final Pattern GRAMMAR = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");

    public SecretName {
        if (!GRAMMAR.matcher(value).matches()) {
            throw new Problem.Invalid(
                            "secret-invalid",
                            "secret name: " + Quoted.of(value)
                                    + " (expected: 1 to 64 letters, digits and underscores, not starting with a digit)")
                    .asException();
        }
    }

    @Override
    public int compareTo(SecretName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
