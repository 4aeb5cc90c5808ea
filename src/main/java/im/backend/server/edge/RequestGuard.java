package im.backend.server.edge;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.util.List;
import java.util.Locale;

/** Looks at each request's head before it is routed or upgraded. */
record RequestGuard(EdgeLimits limits) implements Http1ConnectionListener {
    private static final HeaderName TRANSFER_ENCODING = HeaderNames.TRANSFER_ENCODING;
    /** A length of more digits is over each limit there is. */
    private static final int LENGTH_DIGITS_MAX = 18;

    @Override
    public void prologue(ConnectionContext context, HttpPrologue prologue) {
        EdgeContext.of(context).conversation().startRequest(prologue.uriPath().rawPath());
    }

    @Override
    public void headers(ConnectionContext context, Headers headers) {
        EdgeContext edge = EdgeContext.of(context);
        String path = edge.conversation().path();
        if (isTooLarge(headers)) {
            throw edge.writer().refuse(Refusal.HEADERS_TOO_LARGE);
        }
        if (namesAnotherHost(path, headers)) {
            throw edge.writer().refuse(Refusal.WRONG_HOST);
        }
        if (!RawPath.isPlain(path)) {
            throw edge.writer().refuse(Refusal.BAD_PATH);
        }
        if (!isFramedOnce(headers)) {
            throw edge.writer().refuse(Refusal.BAD_FRAMING);
        }
        if (headers.contains(HeaderNames.EXPECT)
                && !headers.get(HeaderNames.EXPECT).values().equalsIgnoreCase("100-continue")) {
            throw edge.writer().refuse(Refusal.EXPECTATION_FAILED);
        }
        if (headers.contains(HeaderNames.CONTENT_ENCODING) && !takesEncodedBody(path)) {
            throw edge.writer().refuse(Refusal.UNSUPPORTED_ENCODING);
        }
        if (asksToClose(headers)) {
            edge.conversation().closeAfterReply();
        }
    }

    static boolean asksToClose(Headers headers) {
        return headers.contains(HeaderNames.CONNECTION)
                && headers.get(HeaderNames.CONNECTION).allValues(true).stream()
                        .anyMatch(option -> option.strip().equalsIgnoreCase("close"));
    }

    private boolean isTooLarge(Headers headers) {
        int lines = 0;
        long bytes = 0;
        for (Header header : headers) {
            List<String> values = header.allValues();
            lines += values.size();
            for (String value : values) {
                bytes += header.name().length() + value.length() + ": \r\n".length();
            }
        }
        return lines > limits.head().headerLinesMax() || bytes > limits.head().headerBytesMax();
    }

    /** The absolute form of a target is for proxies; when it is sent, it must not name another host than the Host header. */
    private static boolean namesAnotherHost(String target, Headers headers) {
        int authority = target.indexOf("://");
        if (target.startsWith("/") || authority < 0) {
            return false;
        }
        String rest = target.substring(authority + "://".length());
        int slash = rest.indexOf('/');
        String named = slash < 0 ? rest : rest.substring(0, slash);
        return !named.equalsIgnoreCase(headers.get(HeaderNames.HOST).values());
    }

    /** RFC 9112 section 6.3, without its leniency: one length, or chunked alone, and never both. */
    private static boolean isFramedOnce(Headers headers) {
        boolean sized = headers.contains(HeaderNames.CONTENT_LENGTH);
        boolean chunked = headers.contains(TRANSFER_ENCODING);
        if (chunked) {
            List<String> codings = headers.get(TRANSFER_ENCODING).allValues();
            return !sized
                    && codings.size() == 1
                    && codings.getFirst().toLowerCase(Locale.ROOT).equals("chunked");
        }
        return !sized || isLength(headers.get(HeaderNames.CONTENT_LENGTH).allValues());
    }

    private static boolean isLength(List<String> values) {
        String length = values.getFirst();
        return values.size() == 1
                && !length.isEmpty()
                && length.length() <= LENGTH_DIGITS_MAX
                && length.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private boolean takesEncodedBody(String path) {
        return limits.body().encodedPaths().stream().anyMatch(path::startsWith);
    }
}
