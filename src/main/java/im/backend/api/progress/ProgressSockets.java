package im.backend.api.progress;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.ApiSettings;
import im.backend.api.http.Call;
import im.backend.api.http.CallerFilter;
import im.backend.deploy.Deployments;
import im.backend.domain.Caller;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentId;
import im.backend.domain.Quoted;
import im.backend.problem.Problem;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.websocket.WsListener;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Lets watchers of deployments in: who they are, where they come from, what they may see, and how many there are. */
public final class ProgressSockets implements AutoCloseable {
    public static final String PATH = "/ws";

    private final Deployments deployments;
    private final CallerFilter callers;
    private final Tickets tickets;
    private final ApiSettings settings;
    private final MessageCache messages = new MessageCache();
    private final Map<String, AtomicInteger> perUser = new ConcurrentHashMap<>();
    private final Set<ProgressSocket> open = ConcurrentHashMap.newKeySet();

    public ProgressSockets(Deployments deployments, CallerFilter callers, Tickets tickets, ApiSettings settings) {
        this.deployments = deployments;
        this.callers = callers;
        this.tickets = tickets;
        this.settings = settings;
    }

    /** A listener for one connection to come. */
    public WsListener listener() {
        return new ProgressSocket(
                this, deployments, messages, settings.sockets().ping());
    }

    /** Answers a request for {@value #PATH} that did not become a WebSocket with the reason why. */
    public List<ApiRoute> routes() {
        return List.of(ApiRoute.get(PATH, Access.PUBLIC, "WebSocket: a deployment's progress, message by message")
                .query("deploymentId", "the deployment to watch")
                .query("since", "sequence number of the last message that was seen; 0 for all")
                .query("output", "true adds the lines that the build and the app write")
                .query("ticket", "from POST /v1/tickets, where no Authorization header can be sent")
                .replies(101, im.backend.wire.deployment.StatusMessage.class, this::refuse));
    }

    private Answer refuse(Call call) {
        if (call.header(HeaderNames.UPGRADE).isEmpty()) {
            throw new Problem.Malformed(
                            "upgrade-required",
                            "This is a WebSocket (expected: Connection: Upgrade, Upgrade: websocket).")
                    .asException();
        }
        admit(call.request().prologue(), call.request().headers());
        throw new Problem.Malformed(
                        "bad-request",
                        "The upgrade to a WebSocket failed (expected: version 13 and a key as RFC 6455 asks).")
                .asException();
    }

    /** Fails with the problem that keeps the watcher out. */
    Watch admit(HttpPrologue prologue, Headers headers) {
        UriQuery query = prologue.query();
        checkOrigin(headers);
        CallerFilter.refuseTokenInUrl(query);
        Caller caller = caller(query, headers);
        Deployment deployment = deployments.find(
                caller, DeploymentId.parse(single(query, "deploymentId").orElse("")));
        long since = number(query);
        if (since > deployment.lastSequence()) {
            throw new Problem.Gone(
                            "events-gone",
                            "since: " + since + " (expected: at most " + deployment.lastSequence()
                                    + ", the last event there is). Ask again with since=0.")
                    .asException();
        }
        boolean output = single(query, "output").filter("true"::equals).isPresent();
        return new Watch(caller, deployment, since, output);
    }

    private Caller caller(UriQuery query, Headers headers) {
        Optional<String> ticket = single(query, "ticket");
        return ticket.isPresent() && callers.bearer(headers).isEmpty()
                ? tickets.redeem(ticket.get())
                : callers.caller(headers);
    }

    /** Only browsers send an Origin, and a foreign page must not watch with what its visitor has (cross-site hijacking). */
    private void checkOrigin(Headers headers) {
        Optional<String> origin = headers.first(HeaderNames.ORIGIN);
        if (origin.isEmpty()) {
            return;
        }
        String host = headers.first(HeaderNames.HOST).orElse("");
        boolean own = origin.get().equals("http://" + host) || origin.get().equals("https://" + host);
        if (!own && settings.origins().stream().map(URI::toString).noneMatch(origin.get()::equals)) {
            throw new Problem.Forbidden(
                            "origin-denied",
                            "Origin: " + Quoted.of(origin.get()) + " (expected: this server's own, or one that its"
                                    + " configuration names)")
                    .asException();
        }
    }

    private static long number(UriQuery query) {
        String text = single(query, "since").orElse("0");
        try {
            long since = Long.parseLong(text);
            if (since >= 0) {
                return since;
            }
        } catch (NumberFormatException notANumber) {
            // told below, as for a negative one
        }
        throw Call.badParameter("since", Quoted.of(text) + " (expected: a sequence number, 0 or more)");
    }

    private static Optional<String> single(UriQuery query, String name) {
        if (!query.contains(name)) {
            return Optional.empty();
        }
        List<String> values = query.all(name);
        if (values.size() != 1) {
            throw Call.badParameter(name, "twice in the query (expected: once)");
        }
        return Optional.of(values.getFirst());
    }

    /** Counts a watcher in. Fails with Unavailable {@code too-many-watchers}. */
    void opened(ProgressSocket socket, Watch watch) {
        AtomicInteger own = perUser.computeIfAbsent(watch.caller().user().value(), ignored -> new AtomicInteger());
        int ofUser = own.incrementAndGet();
        open.add(socket);
        if (ofUser > settings.sockets().watchersPerUserMax()
                || open.size() > settings.sockets().watchersMax()) {
            closed(socket, watch);
            throw new Problem.Unavailable(
                            "too-many-watchers",
                            "There are " + settings.sockets().watchersPerUserMax() + " WebSockets of yours or "
                                    + settings.sockets().watchersMax() + " in all. Close one, or poll"
                                    + " /v1/deployments/{id}/events.",
                            Duration.ofSeconds(10))
                    .asException();
        }
    }

    void closed(ProgressSocket socket, Watch watch) {
        if (open.remove(socket)) {
            perUser.computeIfPresent(
                    watch.caller().user().value(), (user, count) -> count.decrementAndGet() == 0 ? null : count);
        }
    }

    public int watchers() {
        return open.size();
    }

    /** Says goodbye to all (1001), so that they come back to the next server with {@code since}. */
    @Override
    public void close() {
        for (ProgressSocket socket : open) {
            socket.goAway();
        }
    }
}
