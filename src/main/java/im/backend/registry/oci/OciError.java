package im.backend.registry.oci;

import com.fasterxml.jackson.databind.json.JsonMapper;
import im.backend.problem.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A problem in the words of OCI distribution 1.1, "Error Codes". A slug that is one of its codes is that code; all others are
 * named after what kind of problem they are.
 */
record OciError(int status, String code, String message, Optional<Duration> retryAfter) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Set<String> CODES = Set.of(
            "BLOB_UNKNOWN",
            "BLOB_UPLOAD_INVALID",
            "BLOB_UPLOAD_UNKNOWN",
            "DIGEST_INVALID",
            "MANIFEST_BLOB_UNKNOWN",
            "MANIFEST_INVALID",
            "MANIFEST_UNKNOWN",
            "NAME_INVALID",
            "NAME_UNKNOWN",
            "SIZE_INVALID",
            "UNAUTHORIZED",
            "DENIED",
            "UNSUPPORTED",
            "TOOMANYREQUESTS");

    static OciError of(Problem problem) {
        return switch (problem) {
            case Problem.Malformed _ -> error(400, problem, "UNSUPPORTED");
            case Problem.Invalid _ -> error(400, problem, "MANIFEST_INVALID");
            case Problem.NotFound _, Problem.Gone _ -> error(404, problem, "NAME_UNKNOWN");
            case Problem.Conflict _ -> error(409, problem, "DENIED");
            case Problem.Unauthenticated _ -> error(401, problem, "UNAUTHORIZED");
            case Problem.Forbidden _ -> error(403, problem, "DENIED");
            case Problem.TooLarge _ -> error(413, problem, "SIZE_INVALID");
            case Problem.RateLimited(String detail, Duration retryAfter) ->
                new OciError(429, "TOOMANYREQUESTS", detail, Optional.of(retryAfter));
            case Problem.Unavailable(String slug, String detail, Duration retryAfter) ->
                new OciError(503, "UNAVAILABLE", detail, Optional.of(retryAfter));
            case Problem.StorageFull _ -> error(507, problem, "DENIED");
            case Problem.StageFailed _, Problem.Internal _ -> error(500, problem, "UNKNOWN");
        };
    }

    private static OciError error(int status, Problem problem, String fallback) {
        String code = problem.slug().toUpperCase(Locale.ROOT).replace('-', '_');
        return new OciError(status, CODES.contains(code) ? code : fallback, problem.detail(), Optional.empty());
    }

    byte[] body() {
        try {
            return JSON.writeValueAsBytes(Map.of("errors", List.of(Map.of("code", code, "message", message))));
        } catch (com.fasterxml.jackson.core.JsonProcessingException textsAlwaysWrite) {
            throw new IllegalStateException(textsAlwaysWrite);
        }
    }
}
