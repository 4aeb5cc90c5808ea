package im.backend.server;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.problem.Problem;
import im.backend.server.metrics.Metrics;
import im.backend.wire.server.HealthBody;
import im.backend.wire.server.ServerBody;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Whether the server lives, whether it should get traffic, and what it counted. */
final class HealthRoutes {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Supplier<List<ServerBody.Check>> checks;
    private final Metrics metrics;

    /** @param checks all of which must be good for the server to be ready */
    HealthRoutes(Supplier<List<ServerBody.Check>> checks, Metrics metrics) {
        this.checks = checks;
        this.metrics = metrics;
    }

    List<ApiRoute> routes() {
        return List.of(
                ApiRoute.get("/healthz", Access.PROBE, "Whether the server lives; touches nothing")
                        .replies(200, HealthBody.class, call -> Answer.of(new HealthBody("ok", List.of()))),
                ApiRoute.get("/readyz", Access.PROBE, "Whether the server can take deployments now")
                        .replies(200, HealthBody.class, call -> ready()),
                ApiRoute.get("/metrics", Access.PROBE, "What the server counted, for Prometheus")
                        .replies(
                                new ApiRoute.Reply.Document(METRICS_TYPE),
                                call -> new Answer.Document(200, METRICS_TYPE, metrics.text())));
    }

    private Answer ready() {
        List<ServerBody.Check> all = checks.get();
        if (all.stream().allMatch(ServerBody.Check::good)) {
            return Answer.of(new HealthBody("ready", all));
        }
        String why = all.stream()
                .filter(check -> !check.good())
                .map(check ->
                        check.name() + ": " + check.detail() + (check.fix().isEmpty() ? "" : ". " + check.fix()))
                .collect(Collectors.joining("; "));
        throw new Problem.Unavailable("not-ready", why, RETRY_AFTER).asException();
    }
}
