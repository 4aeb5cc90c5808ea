package im.backend.client;

import im.backend.problem.Problem;
import im.backend.problem.Violation;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Makes the server's {@code application/problem+json} a {@link Problem} again. */
final class Problems {
    private static final Duration RETRY_DEFAULT = Duration.ofSeconds(5);

    private Problems() {}

    /** @param retryAfterSeconds of the Retry-After header; 0 when there is none */
    static Problem of(int status, String body, long retryAfterSeconds) {
        JsonObject json;
        try {
            json = JsonObject.parse(body);
        } catch (IOException notJson) {
            json = new JsonObject();
        }
        String slug = json.text("code", "http-" + status);
        String detail = json.text("detail", "The server answered with status " + status + ".");
        String hint = json.text("hint").map(text -> " " + text).orElse("");
        List<Violation> faults = json.objects("errors").stream()
                .map(fault -> new Violation(fault.text("pointer", ""), fault.text("message", fault.text("detail", ""))))
                .toList();
        Duration retryAfter = retryAfterSeconds > 0 ? Duration.ofSeconds(retryAfterSeconds) : RETRY_DEFAULT;
        return switch (status) {
            case 400 -> new Problem.Malformed(slug, detail + hint, faults);
            case 401 -> new Problem.Unauthenticated(slug, detail + hint);
            case 403 -> new Problem.Forbidden(slug, detail + hint);
            case 404 -> new Problem.NotFound(slug, detail + hint);
            case 409 -> new Problem.Conflict(slug, detail + hint);
            case 410 -> new Problem.Gone(slug, detail + hint);
            case 413 -> new Problem.TooLarge(slug, detail + hint);
            case 422 -> new Problem.Invalid(slug, detail + hint, faults);
            case 429 -> new Problem.RateLimited(detail + hint, retryAfter);
            case 500 -> new Problem.Internal(json.text("instance", "the time of this request"));
            case 502, 503, 504 -> new Problem.Unavailable(slug, detail + hint, retryAfter);
            case 507 -> new Problem.StorageFull(detail + hint);
            default -> new Problem.Malformed(slug, detail + hint, faults);
        };
    }
}
