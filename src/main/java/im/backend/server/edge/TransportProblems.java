package im.backend.server.edge;

import im.backend.listener.BareProblem;
import im.backend.problem.ProblemInstance;
import io.helidon.http.DirectHandler;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.DirectHandler.TransportRequest;
import io.helidon.http.DirectHandler.TransportResponse;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import java.util.Locale;

/** Words what the library refuses by itself as problem+json. */
record TransportProblems() implements DirectHandler {
    private static final int BUSY_RETRY_SECONDS = 5;

    static DirectHandlers handlers() {
        DirectHandlers.Builder builder = DirectHandlers.builder();
        for (EventType type : EventType.values()) {
            builder.addHandler(type, new TransportProblems());
        }
        return builder.build();
    }

    @Override
    public TransportResponse handle(
            TransportRequest request, EventType type, Status status, ServerResponseHeaders headers, String message) {
        Status told = isUnreadable(request, status) ? Status.BAD_REQUEST_400 : status;
        headers.set(HeaderNames.CONTENT_TYPE, BareProblem.MEDIA_TYPE);
        headers.set(HeaderNames.CACHE_CONTROL, "no-store");
        if (told.code() == Refusal.BUSY.status()) {
            headers.set(HeaderNames.RETRY_AFTER, BUSY_RETRY_SECONDS);
        }
        return TransportResponse.builder()
                .status(told)
                .headers(headers)
                .keepAlive(type.keepAlive())
                .entity(problem(told).body(ProblemInstance.next()))
                .build();
    }

    /** The library calls a malformed method token its own failure; without a method there was no request to fail on. */
    private static boolean isUnreadable(TransportRequest request, Status status) {
        return status.code() == Status.INTERNAL_SERVER_ERROR_500.code()
                && request.method().isEmpty();
    }

    private static BareProblem problem(Status status) {
        return switch (status.code()) {
            case 400 -> Refusal.BAD_REQUEST.problem();
            case 404 -> new BareProblem(404, "not-found", "Not found", "There is nothing at this path.");
            case 405 ->
                new BareProblem(405, "method-not-allowed", "Method not allowed", "This path knows other methods.");
            case 413 ->
                new BareProblem(413, "body-too-large", "Body too large", "The body is over the limit of this path.");
            case 414 -> Refusal.URI_TOO_LONG.problem();
            case 500 ->
                new BareProblem(500, "internal", "Internal error", "The server failed; its log has the reason.");
            case 503 -> Refusal.BUSY.problem();
            case 505 -> Refusal.VERSION_NOT_SUPPORTED.problem();
            default -> new BareProblem(status.code(), slug(status), status.reasonPhrase(), "The request was refused.");
        };
    }

    private static String slug(Status status) {
        return status.reasonPhrase().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    }
}
