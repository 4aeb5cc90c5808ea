package im.backend.cluster;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import okhttp3.Response;
import okhttp3.ResponseBody;

/**
 * An answer that is not the one asked for.
 *
 * @param code of HTTP; 0 when there was no answer at all
 * @param reason the API server's word for it, as {@code AlreadyExists}; empty when it gave none
 * @param message in its own words
 * @param retryAfter as it asked for; zero when it did not
 */
record ApiFailure(int code, String reason, String message, Duration retryAfter) {
    private static final long MESSAGE_BYTES_MAX = 64 << 10;
    private static final int MESSAGE_CHARS_MAX = 2000;
    private static final String QUOTA_FIX =
            "Ask for less in backend.yml (volumes, processes, scaling), or raise the quota of the namespace.";
    private static final Duration TRY_AGAIN = Duration.ofSeconds(5);

    static ApiFailure of(Response response) {
        String text = body(response);
        String reason = "";
        String message = text.isBlank() ? "no reason given" : text;
        try {
            JsonObject status = ObjectJson.parse(text);
            reason = ObjectJson.text(status, "reason");
            message = ObjectJson.text(status, "message");
        } catch (JsonParseException plainText) {
            // Proxies and the API server's own filters answer in plain text.
        }
        return new ApiFailure(response.code(), reason, shortened(message), retryAfter(response));
    }

    static ApiFailure of(IOException fault) {
        String message = fault.getMessage();
        return new ApiFailure(0, "", message == null ? fault.getClass().getSimpleName() : message, Duration.ZERO);
    }

    /** An object of kind Status, as a watch sends it. */
    static ApiFailure of(JsonObject status) {
        String code = ObjectJson.text(status, "code");
        return new ApiFailure(
                code.isEmpty() ? 500 : Integer.parseInt(code),
                ObjectJson.text(status, "reason"),
                shortened(ObjectJson.text(status, "message")),
                Duration.ZERO);
    }

    boolean absent() {
        return code == 404;
    }

    /** The place in the history that was asked for is no longer known. */
    boolean expired() {
        return code == 410;
    }

    /** Somebody was faster; asked again it may succeed. */
    boolean overtaken() {
        return code == 409 && !isOfAnotherObject(message);
    }

    /**
     * Whether a conflict says that the object of the uid is gone, and another one has its name. The API server has two
     * wordings: the first when it sees so before it deletes, the second when it sees so as it deletes.
     */
    static boolean isOfAnotherObject(String said) {
        return said.contains("UID in the precondition") || said.contains("UID in precondition");
    }

    /** Says nothing about the request itself: the same one may succeed a moment later. */
    boolean passing() {
        return switch (code) {
            case 0, 408, 429, 500, 502, 503, 504 -> true;
            default -> false;
        };
    }

    /** @param what as {@code apply Deployment shop/web} */
    ProblemException asException(String what) {
        return problem(what).asException();
    }

    private Problem problem(String what) {
        String said = what + ": " + message + (reason.isEmpty() ? "" : " (" + reason + ")");
        return switch (code) {
            case 0 ->
                new Problem.Unavailable(
                        "cluster-unreachable",
                        said + ". Expected: an answer of the Kubernetes API server; look at it and at the kubeconfig.",
                        TRY_AGAIN);
            case 401 ->
                new Problem.Unavailable(
                        "cluster-denied",
                        said + ". The credentials in the kubeconfig are not (or no longer) valid.",
                        Duration.ofMinutes(1));
            case 403 ->
                message.contains("exceeded quota")
                        ? new Problem.StageFailed("quota-exceeded", said + ".", QUOTA_FIX, List.of())
                        : new Problem.Conflict("cluster-denied", said);
            case 404 -> new Problem.NotFound("cluster-absent", said);
            case 409 -> new Problem.Conflict("cluster-conflict", said);
            case 410 -> new Problem.Gone("cluster-expired", said);
            default ->
                passing()
                        ? new Problem.Unavailable("cluster-busy", said, retryAfter.isZero() ? TRY_AGAIN : retryAfter)
                        : new Problem.Invalid("cluster-refused", said);
        };
    }

    private static String body(Response response) {
        try (ResponseBody body = response.peekBody(MESSAGE_BYTES_MAX)) {
            return body.string();
        } catch (IOException cut) {
            return "";
        }
    }

    private static Duration retryAfter(Response response) {
        String seconds = response.header("Retry-After", "");
        return seconds != null && seconds.matches("[0-9]{1,4}")
                ? Duration.ofSeconds(Long.parseLong(seconds))
                : Duration.ZERO;
    }

    private static String shortened(String text) {
        return text.length() <= MESSAGE_CHARS_MAX ? text : text.substring(0, MESSAGE_CHARS_MAX) + "...";
    }
}
