package im.backend.api;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import im.backend.domain.Caller;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.wire.Json;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpMediaType;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Takes each request through the same steps: find the route, refuse what is not HTTP as agreed, say who calls, meter,
 * ask the route, write its answer or the problem. What is not in the table of routes does not exist.
 */
public final class ApiDispatcher implements Handler {
    private static final Logger LOG = System.getLogger(ApiDispatcher.class.getName());

    private final RouteTree routes;
    private final CallerFilter callers;
    private final Meter meter;
    private final RequestObserver observer;

    ApiDispatcher(List<ApiRoute> routes, CallerFilter callers, Meter meter, RequestObserver observer) {
        this.routes = new RouteTree(routes);
        this.callers = callers;
        this.meter = meter;
        this.observer = observer;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        long started = System.nanoTime();
        String method = request.prologue().method().text();
        AnswerWriter writer = new AnswerWriter(request, response);
        Optional<RouteTree.Match> match = Optional.empty();
        try {
            match = routes.find(PathSegments.of(request.prologue().uriPath().rawPath()));
            ApiRoute route = match.map(found ->
                            found.byMethod().get(found.byMethod().containsKey(method) ? method : servedBy(method)))
                    .orElse(null);
            if (route == null) {
                writer.problem(
                        unknown(match, method, request.prologue().uriPath().rawPath()));
            } else {
                serve(route, match.orElseThrow().parameters(), request, writer);
            }
        } catch (ProblemException expected) {
            LOG.log(DEBUG, "refused: {0}", expected.getMessage());
            writer.problem(ProblemResponses.of(expected.problem(), instance()));
        } catch (UncheckedIOException | IOException callerGone) {
            writer.callerGone(callerGone);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            writer.problem(ProblemResponses.of(
                    new Problem.Unavailable("stopping", "The server is stopping.", Duration.ofSeconds(5)), instance()));
        } catch (Exception bug) {
            Problem.Internal internal = new Problem.Internal(instance());
            LOG.log(
                    ERROR,
                    "request failed: " + method + " " + request.path().rawPath() + " " + internal.instance(),
                    bug);
            writer.problem(ProblemResponses.of(internal, internal.instance()));
        }
        String path = match.flatMap(found -> found.byMethod().values().stream().findFirst())
                .map(ApiRoute::path)
                .orElse("none");
        observer.answered(method, path, response.status().code(), Duration.ofNanos(System.nanoTime() - started));
    }

    private void serve(ApiRoute route, Map<String, String> parameters, ServerRequest request, AnswerWriter writer)
            throws Exception {
        CallerFilter.refuseTokenInUrl(request.query());
        Optional<Caller> caller =
                route.access().signedIn() ? Optional.of(callers.caller(request.headers())) : Optional.empty();
        Call call = new Call(request, parameters, caller);
        meter.count(route.access(), call, callers.bearer(request.headers()).orElse(""));
        Optional<ProblemResponses.Response> fault = negotiate(route, request);
        if (fault.isPresent()) {
            writer.problem(fault.get());
            return;
        }
        refuseUnknownParameters(route, request);
        writer.answer(route.endpoint().answer(call));
    }

    private static String servedBy(String method) {
        return method.equals("HEAD") ? "GET" : "";
    }

    private static ProblemResponses.Response unknown(Optional<RouteTree.Match> match, String method, String rawPath) {
        if (match.isEmpty()) {
            return ProblemResponses.protocol(
                    404,
                    "not-found",
                    "Nothing is at " + im.backend.domain.Quoted.of(rawPath) + "; /openapi.json lists what there is.",
                    Map.of(),
                    instance());
        }
        String allowed = String.join(", ", match.get().byMethod().keySet());
        return ProblemResponses.protocol(
                405,
                "method-not-allowed",
                im.backend.domain.Quoted.of(method) + " is not for this path (expected: " + allowed + ").",
                Map.of("Allow", allowed),
                instance());
    }

    private static Optional<ProblemResponses.Response> negotiate(ApiRoute route, ServerRequest request) {
        if (request.headers().contains(HeaderNames.CONTENT_ENCODING)
                && !request.headers().get(HeaderNames.CONTENT_ENCODING).get().equalsIgnoreCase("identity")) {
            return Optional.of(ProblemResponses.protocol(
                    415, "unsupported-encoding", "Content-Encoding (expected: none).", Map.of(), instance()));
        }
        if (route.request().isPresent()
                && request.content().hasEntity()
                && !isJson(request.headers().contentType())) {
            return Optional.of(ProblemResponses.protocol(
                    415,
                    "unsupported-media-type",
                    "Content-Type (expected: application/json).",
                    Map.of("Accept", "application/json"),
                    instance()));
        }
        String offered = mediaType(route.reply());
        if (request.headers().acceptedTypes().isEmpty()
                || accepts(request.headers().acceptedTypes(), offered)) {
            return Optional.empty();
        }
        return Optional.of(ProblemResponses.protocol(
                406, "not-acceptable", "Accept (expected: " + offered + " or */*).", Map.of(), instance()));
    }

    static boolean isJson(Optional<HttpMediaType> type) {
        return type.filter(t -> t.mediaType().type().equals("application")
                        && (t.mediaType().subtype().equals("json")
                                || t.mediaType().subtype().endsWith("+json")))
                .isPresent();
    }

    private static String mediaType(ApiRoute.Reply reply) {
        return switch (reply) {
            case ApiRoute.Reply.One one -> "application/json";
            case ApiRoute.Reply.Many many -> "application/json";
            case ApiRoute.Reply.Lines lines -> "application/x-ndjson";
            case ApiRoute.Reply.Document(String mediaType) -> mediaType;
            case ApiRoute.Reply.Nothing nothing -> "application/json";
        };
    }

    private static boolean accepts(List<HttpMediaType> accepted, String offered) {
        String type = offered.substring(0, offered.indexOf('/'));
        String bare = offered.contains(";") ? offered.substring(0, offered.indexOf(';')) : offered;
        for (HttpMediaType range : accepted) {
            String wanted = range.mediaType().text();
            boolean jsonForLines = offered.endsWith("ndjson") && wanted.equals("application/json");
            if (wanted.equals("*/*") || wanted.equals(type + "/*") || wanted.equals(bare) || jsonForLines) {
                return range.qualityFactor() > 0;
            }
        }
        return false;
    }

    private static void refuseUnknownParameters(ApiRoute route, ServerRequest request) {
        for (String name : request.query().names()) {
            if (route.queries().stream().noneMatch(query -> query.name().equals(name))) {
                String known = String.join(
                        ", ", route.queries().stream().map(ApiRoute.Query::name).toList());
                throw Call.badParameter(
                        im.backend.domain.Quoted.of(name),
                        known.isEmpty()
                                ? "unknown (expected: no parameter here)"
                                : "unknown (expected: one of " + known + ")");
            }
        }
    }

    /** Names one request in an answer and in the log, and nothing else. */
    static String instance() {
        return "urn:backendim:request:"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    static byte[] json(Object value) {
        return Json.bytes(value);
    }

    static Status status(int code) {
        return Status.create(code);
    }
}
