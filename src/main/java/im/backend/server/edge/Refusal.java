package im.backend.server.edge;

import im.backend.listener.BareProblem;
import im.backend.problem.ProblemInstance;
import java.lang.System.Logger.Level;

/** Why the listener turns a request away before any route sees it; each is answered as problem+json (RFC 9457) and ends the connection. */
enum Refusal {
    BAD_PATH(
            400,
            "bad-path",
            "Bad path",
            "The path must start with / and be plain: no empty, . or .. segment, no ;"
                    + " and none of %00-%1f %25 %2e %2f %5c %7f; other bytes as percent-encoded UTF-8."),
    BAD_REQUEST(400, "bad-request", "Bad request", "The request is not valid HTTP/1.1."),
    BAD_FRAMING(
            400,
            "bad-framing",
            "Bad framing",
            "The end of the body is unclear: send either one Content-Length or"
                    + " Transfer-Encoding: chunked, and the whole body."),
    REQUEST_TIMEOUT(408, "request-timeout", "Request timeout", "The request did not arrive in time; send it again."),
    URI_TOO_LONG(414, "uri-too-long", "URI too long", "The request line is too long."),
    UNSUPPORTED_ENCODING(
            415,
            "unsupported-encoding",
            "Unsupported encoding",
            "This path takes no compressed body; send it without Content-Encoding."),
    EXPECTATION_FAILED(417, "expectation-failed", "Expectation failed", "Only Expect: 100-continue is understood."),
    WRONG_HOST(421, "wrong-host", "Wrong host", "The request target names another host than the Host header."),
    HEADERS_TOO_LARGE(431, "headers-too-large", "Headers too large", "The headers are too many or too long."),
    BUSY(503, "busy", "Busy", "Too many requests at once; send it again in some seconds."),
    VERSION_NOT_SUPPORTED(505, "http-version", "HTTP version not supported", "Only HTTP/1.1 is spoken here."),
    ;

    private static final System.Logger LOG = System.getLogger(Refusal.class.getName());

    private final BareProblem problem;

    Refusal(int status, String slug, String title, String detail) {
        this.problem = new BareProblem(status, slug, title, detail);
    }

    int status() {
        return problem.status();
    }

    BareProblem problem() {
        return problem;
    }

    /** The whole answer, head and body. */
    byte[] answer() {
        String instance = ProblemInstance.next();
        LOG.log(Level.DEBUG, "request refused: {0} {1}", problem.slug(), instance);
        return problem.answer(instance);
    }
}
