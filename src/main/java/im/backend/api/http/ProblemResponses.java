package im.backend.api.http;

import im.backend.problem.Problem;
import im.backend.problem.Violation;
import im.backend.wire.ProblemBody;
import im.backend.wire.ViolationBody;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Words a {@link Problem} as {@code application/problem+json} (RFC 9457). A new variant does not compile until it is here. */
public final class ProblemResponses {
    public static final String MEDIA_TYPE = "application/problem+json";

    private ProblemResponses() {}

    /** A problem with what HTTP adds to it. */
    record Response(ProblemBody body, Map<String, String> headers) {
        int status() {
            return body.status();
        }
    }

    static Response of(Problem problem, String instance) {
        return switch (problem) {
            case Problem.Malformed(String slug, String detail, List<Violation> violations) ->
                plain(new Kind(400, "The request can not be read"), slug, detail, violations, instance);
            case Problem.Invalid(String slug, String detail, List<Violation> violations) ->
                plain(new Kind(422, "The input is not allowed"), slug, detail, violations, instance);
            case Problem.NotFound(String slug, String detail) ->
                plain(new Kind(404, "Not found"), slug, detail, List.of(), instance);
            case Problem.Gone(String slug, String detail) ->
                plain(new Kind(410, "Gone"), slug, detail, List.of(), instance);
            case Problem.Conflict(String slug, String detail) ->
                plain(new Kind(409, "The state does not allow it"), slug, detail, List.of(), instance);
            case Problem.Unauthenticated(String slug, String detail) ->
                challenge(plain(new Kind(401, "Not signed in"), slug, detail, List.of(), instance));
            case Problem.Forbidden(String slug, String detail) ->
                plain(new Kind(403, "Not allowed"), slug, detail, List.of(), instance);
            case Problem.TooLarge(String slug, String detail) ->
                plain(new Kind(413, "Too large"), slug, detail, List.of(), instance);
            case Problem.RateLimited limited ->
                retry(
                        plain(
                                new Kind(429, "Too many requests"),
                                limited.slug(),
                                limited.detail(),
                                List.of(),
                                instance),
                        limited.retryAfter());
            case Problem.Unavailable(String slug, String detail, Duration retryAfter) ->
                retry(plain(new Kind(503, "Not now"), slug, detail, List.of(), instance), retryAfter);
            case Problem.StorageFull full ->
                plain(new Kind(507, "No room on the disk"), full.slug(), full.detail(), List.of(), instance);
            case Problem.StageFailed(String slug, String detail, String fix, List<String> evidence) ->
                hinted(plain(new Kind(422, "A stage failed"), slug, detail, List.of(), instance), fix);
            case Problem.Internal internal ->
                plain(new Kind(500, "The server failed"), internal.slug(), internal.detail(), List.of(), instance);
        };
    }

    /** A fault of the protocol itself, which no use case knows: 404 of a path, 405, 406, 415. */
    static Response protocol(int status, String slug, String detail, Map<String, String> headers, String instance) {
        String title = switch (status) {
            case 404 -> "Not found";
            case 405 -> "Method not allowed";
            case 406 -> "Not acceptable";
            case 415 -> "Unsupported media type";
            default -> "The request can not be read";
        };
        Response plain = plain(new Kind(status, title), slug, detail, List.of(), instance);
        return new Response(plain.body(), headers);
    }

    private record Kind(int status, String title) {}

    private static Response plain(Kind kind, String slug, String detail, List<Violation> violations, String instance) {
        ProblemBody body = new ProblemBody(
                ProblemBody.TYPE_PREFIX + slug,
                kind.title(),
                kind.status(),
                detail,
                instance,
                slug,
                violations.stream()
                        .map(v -> new ViolationBody(v.pointer(), v.message()))
                        .toList(),
                Optional.empty());
        return new Response(body, Map.of());
    }

    /** RFC 6750 section 3: no error code when the request had no credentials at all. */
    private static Response challenge(Response response) {
        String error = response.body().code().startsWith("token-") ? ", error=\"invalid_token\"" : "";
        return with(response, "WWW-Authenticate", "Bearer realm=\"backendim\"" + error);
    }

    private static Response retry(Response response, Duration after) {
        return with(response, "Retry-After", String.valueOf(RateLimiter.seconds(after)));
    }

    private static Response hinted(Response response, String fix) {
        ProblemBody body = response.body();
        return new Response(
                new ProblemBody(
                        body.type(),
                        body.title(),
                        body.status(),
                        body.detail(),
                        body.instance(),
                        body.code(),
                        body.errors(),
                        fix.isEmpty() ? Optional.empty() : Optional.of(fix)),
                response.headers());
    }

    private static Response with(Response response, String name, String value) {
        Map<String, String> headers = new LinkedHashMap<>(response.headers());
        headers.put(name, value);
        return new Response(response.body(), headers);
    }
}
