package im.backend.domain;

import im.backend.problem.Problem;
import java.nio.charset.StandardCharsets;

/** A value that is never printed: {@code toString} hides it; call {@link #reveal} only where it enters the running app. */
public final class SecretValue {
    public static final int BYTES_MAX = 64 * 1024;

    private final String value;

    public SecretValue(String value) {
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > BYTES_MAX) {
            throw new Problem.TooLarge(
                            "secret-invalid", "secret value: " + bytes + " bytes (expected: <= " + BYTES_MAX + ")")
                    .asException();
        }
        if (value.indexOf('\0') >= 0) {
            throw new Problem.Invalid(
                            "secret-invalid", "secret value: has a NUL character, which no environment can hold")
                    .asException();
        }
        this.value = value;
    }

    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SecretValue that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }
}
