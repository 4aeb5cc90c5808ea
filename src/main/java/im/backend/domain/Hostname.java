package im.backend.domain;

import im.backend.problem.Problem;
import java.util.Locale;
import java.util.regex.Pattern;

/** A DNS name in canonical form: lower case, no trailing dot, no port. */
public record Hostname(String value) implements Comparable<Hostname> {
    private static final Pattern GRAMMAR =
            Pattern.compile("(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");

    public Hostname {
        if (!GRAMMAR.matcher(value).matches()) {
            throw new Problem.Invalid("domain-invalid", "host: " + Quoted.of(value) + " (expected: a DNS name)")
                    .asException();
        }
    }

    /** Canonicalises case and a trailing dot first. */
    public static Hostname parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return new Hostname(lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower);
    }

    @Override
    public int compareTo(Hostname other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
