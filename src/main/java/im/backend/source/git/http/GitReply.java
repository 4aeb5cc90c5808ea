package im.backend.source.git.http;

import im.backend.problem.Problem;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.time.Duration;

/** Words problems for git, which shows plain text to its user ({@code remote: ...}) and nothing else. */
final class GitReply {
    private GitReply() {}

    static void send(ServerResponse response, Problem problem) {
        response.status(Status.create(status(problem)));
        response.header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8");
        switch (problem) {
            case Problem.Unauthenticated _ ->
                response.header(HeaderNames.WWW_AUTHENTICATE, "Basic realm=\"Backend.im\", charset=\"UTF-8\"");
            case Problem.Unavailable busy -> retryAfter(response, busy.retryAfter());
            case Problem.RateLimited limited -> retryAfter(response, limited.retryAfter());
            default -> {}
        }
        response.send(problem.slug() + ": " + problem.detail() + "\n");
    }

    private static void retryAfter(ServerResponse response, Duration duration) {
        response.header(HeaderNames.RETRY_AFTER, String.valueOf(Math.max(1, duration.toSeconds())));
    }

    private static int status(Problem problem) {
        return switch (problem) {
            case Problem.Malformed malformed -> malformed.slug().equals("unsupported-media-type") ? 415 : 400;
            case Problem.Invalid _ -> 422;
            case Problem.NotFound _ -> 404;
            case Problem.Gone _ -> 410;
            case Problem.Conflict _ -> 409;
            case Problem.Unauthenticated _ -> 401;
            case Problem.Forbidden _ -> 403;
            case Problem.TooLarge _ -> 413;
            case Problem.RateLimited _ -> 429;
            case Problem.Unavailable _ -> 503;
            case Problem.StorageFull _ -> 507;
            case Problem.StageFailed _ -> 422;
            case Problem.Internal _ -> 500;
        };
    }
}
