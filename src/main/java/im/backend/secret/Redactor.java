package im.backend.secret;

import im.backend.domain.SecretValue;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Takes secret values out of whatever a person or a log may see. */
public final class Redactor {
    public static final String MASK = "***";
    /** Shorter values would mask half of every line. */
    private static final int LENGTH_MIN = 4;

    private final List<String> values;

    private Redactor(List<String> values) {
        this.values = values;
    }

    public static Redactor of(Collection<SecretValue> secrets) {
        return new Redactor(secrets.stream()
                .map(SecretValue::reveal)
                .filter(value -> value.length() >= LENGTH_MIN)
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList());
    }

    public String apply(String text) {
        String redacted = text;
        for (String value : values) {
            redacted = redacted.replace(value, MASK);
        }
        return redacted;
    }
}
