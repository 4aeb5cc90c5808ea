package im.backend.route.proxy;

import im.backend.listener.BareProblem;
import java.nio.charset.StandardCharsets;

/** What the proxy says when no app can: for a program as problem+json (RFC 9457), for a person as a small page. */
enum ProxyFailure {
    BAD_REQUEST(400, "bad-request", "Bad request", "Send an HTTP/1.1 request with one Host header and a path."),
    BAD_FRAMING(
            400,
            "bad-framing",
            "Bad request",
            "The end of the body is unclear: send either one Content-Length or Transfer-Encoding: chunked."),
    REQUEST_TIMEOUT(408, "request-timeout", "Request timeout", "The request did not arrive in time; send it again."),
    TOO_LARGE(413, "body-too-large", "Body too large", "The body is over the limit of this server."),
    UNKNOWN_HOST(
            421,
            "unknown-host",
            "No app here",
            "No app answers at this address. Check the spelling, or deploy the app: backendim deploy. "
                    + "A project's address is shown by: backendim status."),
    UNREACHABLE(
            502,
            "app-unreachable",
            "The app can not be reached",
            "The app's process does not accept connections. Its last words are in: backendim logs."),
    NO_ANSWER(
            502,
            "app-no-answer",
            "The app broke off",
            "The app ended the connection without a valid answer. Its last words are in: backendim logs."),
    BUSY(503, "app-busy", "The app is busy", "Too many requests wait for this app; try again in some seconds."),
    TIMEOUT(504, "app-timeout", "The app did not answer", "The app took the request and did not answer in time."),
    ;

    private final BareProblem problem;

    ProxyFailure(int status, String slug, String title, String detail) {
        this.problem = new BareProblem(status, slug, title, detail);
    }

    BareProblem problem() {
        return problem;
    }

    byte[] page() {
        return """
            <!doctype html>
            <html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <meta name="color-scheme" content="light dark"><title>%s</title>
            <style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1.5rem}
            small{opacity:.6}</style>
            <h1>%s</h1><p>%s</p><small>%d %s</small></html>
            """.formatted(problem.title(), problem.title(), problem.detail(), problem.status(), problem.slug())
                .getBytes(StandardCharsets.UTF_8);
    }
}
