package im.backend.api.http;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import im.backend.domain.Caller;
import im.backend.domain.Quoted;
import im.backend.file.DiskFault;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.problem.ProblemInstance;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpMediaType;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Takes each request through the same steps: find the route, refuse what is not HTTP as agreed, say who calls, meter,
 * ask the route, write its answer or the problem. What is not in the table of routes does not exist.
 */
public final class ApiDispatcher implements Handler {
    private static final Logger LOG = System.getLogger(ApiDispatcher.class.getName());

    private static final String JSON = "application/json";
    public static final String FORM = "multipart/form-data";
    public static final String STREAM = "application/octet-stream";

    private final RouteTree routes;
    private final CallerFilter callers;
    private final Meter meter;
    private final RequestObserver observer;

    public ApiDispatcher(List<ApiRoute> routes, CallerFilter callers, Meter meter, RequestObserver observer) {
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
            writer.problem(ProblemResponses.of(expected.problem(), ProblemInstance.next()));
        } catch (UncheckedIOException | IOException failed) {
            DiskFault disk = new DiskFault(failed);
            if (disk.isFull()) {
                LOG.log(
                        WARNING,
                        "the disk is full: {0} {1}",
                        method,
                        request.path().rawPath());
                Problem full = new Problem.StorageFull("The disk of the server is full. Free some of it.");
                writer.problem(ProblemResponses.of(full, ProblemInstance.next()));
            } else if (disk.isOfDisk()) {
                bug(request, writer, failed);
            } else {
                writer.callerGone(failed);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            writer.problem(ProblemResponses.of(
                    new Problem.Unavailable("stopping", "The server is stopping.", Duration.ofSeconds(5)),
                    ProblemInstance.next()));
        } catch (Exception bug) {
            bug(request, writer, bug);
        }
        String path = match.flatMap(found -> found.byMethod().values().stream().findFirst())
                .map(ApiRoute::path)
                .orElse("none");
        observer.answered(method, path, response.status().code(), Duration.ofNanos(System.nanoTime() - started));
    }

    private static void bug(ServerRequest request, AnswerWriter writer, Exception cause) {
        Problem.Internal internal = new Problem.Internal(ProblemInstance.next());
        String method = request.prologue().method().text();
        LOG.log(ERROR, "request failed: " + method + " " + request.path().rawPath() + " " + internal.instance(), cause);
        writer.problem(ProblemResponses.of(internal, internal.instance()));
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
                    "Nothing is at " + Quoted.of(rawPath) + "; /openapi.json lists what there is.",
                    Map.of(),
                    ProblemInstance.next());
        }
        String allowed = String.join(", ", match.get().byMethod().keySet());
        return ProblemResponses.protocol(
                405,
                "method-not-allowed",
                Quoted.of(method) + " is not for this path (expected: " + allowed + ").",
                Map.of("Allow", allowed),
                ProblemInstance.next());
    }

    private static Optional<ProblemResponses.Response> negotiate(ApiRoute route, ServerRequest request) {
        if (request.headers().contains(HeaderNames.CONTENT_ENCODING)
                && !request.headers().get(HeaderNames.CONTENT_ENCODING).get().equalsIgnoreCase("identity")) {
            return Optional.of(ProblemResponses.protocol(
                    415,
                    "unsupported-encoding",
                    "Content-Encoding (expected: none).",
                    Map.of(),
                    ProblemInstance.next()));
        }
        String type = request.headers()
                .contentType()
                .map(sent -> sent.mediaType().text())
                .orElse("none");
        String expected = expectedType(route.request(), type);
        if (request.content().hasEntity() && !expected.isEmpty()) {
            return Optional.of(ProblemResponses.protocol(
                    415,
                    "unsupported-media-type",
                    "Content-Type: " + Quoted.of(type) + " (expected: " + expected + ").",
                    Map.of("Accept", expected),
                    ProblemInstance.next()));
        }
        String offered = mediaType(route.reply());
        if (request.headers().acceptedTypes().isEmpty()
                || accepts(request.headers().acceptedTypes(), offered)) {
            return Optional.empty();
        }
        return Optional.of(ProblemResponses.protocol(
                406, "not-acceptable", "Accept (expected: " + offered + " or */*).", Map.of(), ProblemInstance.next()));
    }

    /** The types that the route reads; empty when {@code type} is one of them. */
    private static String expectedType(ApiRoute.Request request, String type) {
        List<String> read = switch (request) {
            case ApiRoute.Request.None none -> List.of(type);
            case ApiRoute.Request.Stream stream -> List.of(STREAM);
            case ApiRoute.Request.Json json -> List.of(JSON);
            case ApiRoute.Request.FormOrJson form -> List.of(FORM, JSON);
        };
        return read.contains(type) ? "" : String.join(", ", read);
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
                        Quoted.of(name),
                        known.isEmpty()
                                ? "unknown (expected: no parameter here)"
                                : "unknown (expected: one of " + known + ")");
            }
        }
    }
}
