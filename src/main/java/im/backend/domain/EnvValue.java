package im.backend.domain;

import im.backend.problem.Problem;
import java.nio.charset.StandardCharsets;

/** The right side of an {@code env:} entry: taken literally, or the name of a secret ({@code secret:db_url}). */
public sealed interface EnvValue {
    int BYTES_MAX = 32 * 1024;
    String SECRET_PREFIX = "secret:";

    static EnvValue parse(String text) {
        return text.startsWith(SECRET_PREFIX)
                ? new Secret(new SecretName(text.substring(SECRET_PREFIX.length())))
                : new Literal(text);
    }

    record Literal(String text) implements EnvValue {
        public Literal {
            if (text.indexOf('\0') >= 0 || text.getBytes(StandardCharsets.UTF_8).length > BYTES_MAX) {
                throw new Problem.Invalid(
                                "env-invalid",
                                "env value (expected: no NUL character, at most " + BYTES_MAX + " bytes)")
                        .asException();
            }
        }
    }

    record Secret(SecretName name) implements EnvValue {}
}
