package im.backend.route.proxy;

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

    private final int status;
    private final String slug;
    private final String title;
    private final String detail;

    ProxyFailure(int status, String slug, String title, String detail) {
        this.status = status;
        this.slug = slug;
        this.title = title;
        this.detail = detail;
    }

    int status() {
        return status;
    }

    /** All words are our own: nothing of the request is repeated, so nothing needs escaping. */
    byte[] problem() {
        return """
            {"type":"urn:backendim:problem:%s","title":"%s","status":%d,"detail":"%s","code":"%s"}
            """.formatted(slug, title, status, detail, slug).getBytes(StandardCharsets.UTF_8);
    }

    byte[] page() {
        return """
            <!doctype html>
            <html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <meta name="color-scheme" content="light dark"><title>%s</title>
            <style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:20vh auto;padding:0 1.5rem}
            small{opacity:.6}</style>
            <h1>%s</h1><p>%s</p><small>%d %s</small></html>
            """.formatted(title, title, detail, status, slug).getBytes(StandardCharsets.UTF_8);
    }

    /** The whole answer, for a connection whose request will not be finished. */
    byte[] answer() {
        byte[] body = problem();
        byte[] head = ("HTTP/1.1 " + status + " " + title
                        + "\r\nContent-Type: application/problem+json\r\nContent-Length: " + body.length
                        + "\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] answer = new byte[head.length + body.length];
        System.arraycopy(head, 0, answer, 0, head.length);
        System.arraycopy(body, 0, answer, head.length, body.length);
        return answer;
    }
}
