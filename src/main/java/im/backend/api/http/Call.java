package im.backend.api.http;

import im.backend.domain.Caller;
import im.backend.domain.DeploymentId;
import im.backend.domain.Quoted;
import im.backend.problem.Problem;
import im.backend.problem.Violation;
import im.backend.wire.Json;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpMediaType;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One request, as a route sees it: who asks, its parameters and its body. */
public final class Call {
    static final int PAGE_DEFAULT = 50;
    static final int PAGE_MAX = 200;

    private final ServerRequest request;
    private final Map<String, String> parameters;
    private final Optional<Caller> caller;

    Call(ServerRequest request, Map<String, String> parameters, Optional<Caller> caller) {
        this.request = request;
        this.parameters = parameters;
        this.caller = caller;
    }

    /** Who asks. Only routes for signed-in callers have one. */
    public Caller caller() {
        return caller.orElseThrow(() -> new IllegalStateException("The route is open to anyone and asks who calls"));
    }

    /** A parameter of the path, decoded. */
    public String path(String name) {
        String value = parameters.get(name);
        if (value == null) {
            throw new IllegalStateException("The route has no path parameter " + name);
        }
        return value;
    }

    public String project() {
        return path("project");
    }

    public DeploymentId deployment() {
        return DeploymentId.parse(path("id"));
    }

    /** A parameter of the query. */
    public Optional<String> query(String name) {
        if (!request.query().contains(name)) {
            return Optional.empty();
        }
        List<String> values = request.query().all(name);
        if (values.size() > 1) {
            throw badParameter(name, "twice in the query (expected: once)");
        }
        return values.stream().findFirst();
    }

    /** The parameter {@code limit}: how many items of a list. */
    public int limit() {
        return (int) number("limit", PAGE_DEFAULT, 1, PAGE_MAX);
    }

    public long number(String name, long otherwise, long min, long max) {
        Optional<String> text = query(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            long value = Long.parseLong(text.get());
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            // told below, as for a number out of range
        }
        throw badParameter(name, Quoted.of(text.get()) + " (expected: a number from " + min + " to " + max + ")");
    }

    public boolean flag(String name) {
        return switch (query(name).orElse("false")) {
            case "true", "1", "" -> true;
            case "false", "0" -> false;
            default -> throw badParameter(name, "(expected: true or false)");
        };
    }

    public static RuntimeException badParameter(String name, String what) {
        String message = name + ": " + what;
        return new Problem.Malformed("bad-parameter", message, List.of(new Violation("?" + name, message)))
                .asException();
    }

    public Optional<String> header(HeaderName name) {
        return request.headers().first(name);
    }

    /** The host and port that the caller used. */
    public String authority() {
        return header(HeaderNames.HOST).orElse("localhost");
    }

    public boolean secure() {
        return request.isSecure();
    }

    public String address() {
        return request.remotePeer().host();
    }

    public Optional<HttpMediaType> contentType() {
        return request.headers().contentType();
    }

    public boolean hasBody() {
        return request.content().hasEntity();
    }

    public InputStream body() {
        return request.content().inputStream();
    }

    public ServerRequest request() {
        return request;
    }

    /** The JSON body of a route that {@link ApiRoute.Draft#reads} it. */
    public <T> T body(Class<T> type) {
        return body(type, Json.REQUEST_BYTES_MAX);
    }

    public <T> T body(Class<T> type, int bytesMax) {
        if (!hasBody()) {
            throw new Problem.Malformed("malformed-json", "The body is empty (expected: a JSON object).").asException();
        }
        try (InputStream in = body()) {
            return Json.request(in, type, bytesMax);
        } catch (IOException closeFailed) {
            throw new java.io.UncheckedIOException(closeFailed);
        }
    }

    /** The JSON body, or {@code otherwise} when there is none. */
    public <T> T bodyOr(Class<T> type, T otherwise) {
        return hasBody() ? body(type) : otherwise;
    }
}
