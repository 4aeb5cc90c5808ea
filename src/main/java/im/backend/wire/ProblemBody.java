package im.backend.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;

/**
 * {@code application/problem+json} (RFC 9457) with three extensions.
 *
 * @param code stable slug, the last part of {@code type}
 * @param errors each single fault, with a JSON pointer to it
 * @param hint what to do, where {@code detail} does not say it already
 */
public record ProblemBody(
        String type,
        String title,
        int status,
        String detail,
        String instance,
        String code,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<ViolationBody> errors,
        Optional<String> hint) {
    public static final String TYPE_PREFIX = "urn:backendim:problem:";

    public ProblemBody {
        errors = errors == null ? List.of() : List.copyOf(errors);
    }
}
