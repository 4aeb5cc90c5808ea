package im.backend.api;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.Call;
import im.backend.api.progress.StatusFold;
import im.backend.api.progress.StatusMessages;
import im.backend.deploy.CommitRequest;
import im.backend.deploy.Deployments;
import im.backend.domain.Deployment;
import im.backend.domain.LoggedEvent;
import im.backend.wire.Page;
import im.backend.wire.deployment.BuildLogReply;
import im.backend.wire.deployment.DeployCommitRequest;
import im.backend.wire.deployment.DeploymentBody;
import im.backend.wire.deployment.DeploymentReply;
import im.backend.wire.deployment.EventsReply;
import im.backend.wire.deployment.StatusMessage;
import im.backend.wire.deployment.StatusReply;
import java.net.URI;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looking at deployments: their state, their events (the polling twin of the WebSocket) and their logs. */
final class StatusRoutes {
    private static final int EVENTS_MAX = 10_000;
    private static final String DEPLOYMENT = "/v1/deployments/{id}";
    private static final String DEPLOYMENTS = "/v1/projects/{project}/deployments";

    private final Deployments deployments;

    StatusRoutes(Deployments deployments) {
        this.deployments = deployments;
    }

    List<ApiRoute> routes() {
        return List.of(
                ApiRoute.get("/api/status/{id}", Access.USER, "The state of a deployment")
                        .replies(200, StatusReply.class, this::status),
                ApiRoute.get(DEPLOYMENT, Access.USER, "A deployment")
                        .replies(200, DeploymentBody.class, call -> Answer.of(Bodies.deployment(find(call)))),
                ApiRoute.get(DEPLOYMENT + "/events", Access.USER, "The messages of the WebSocket, by polling")
                        .query("since", "sequence number of the last message that was seen; 0 for all")
                        .query("limit", "messages at most, 1 to 200")
                        .query("output", "true adds the lines that the build and the app wrote")
                        .replies(200, EventsReply.class, this::events),
                ApiRoute.get(DEPLOYMENT + "/logs", Access.USER, "All that the stages of a deployment wrote")
                        .replies(200, BuildLogReply.class, this::logs),
                ApiRoute.post(DEPLOYMENT + "/cancel", Access.USER, "End a deployment; the live release serves on")
                        .replies(202, DeploymentBody.class, this::cancel),
                ApiRoute.get(DEPLOYMENTS, Access.USER, "A project's deployments, newest first")
                        .query("limit", "items at most, 1 to 200")
                        .query("before", "only those created before this time (RFC 3339)")
                        .replies(new ApiRoute.Reply.Many(DeploymentBody.class), this::list),
                ApiRoute.post(DEPLOYMENTS, Access.DEPLOY, "Deploy a commit that is in the project's repository")
                        .reads(DeployCommitRequest.class)
                        .replies(202, DeploymentReply.class, this::deployCommit));
    }

    private Deployment find(Call call) {
        return deployments.find(call.caller(), call.deployment());
    }

    private Answer status(Call call) {
        Deployment deployment = find(call);
        List<String> logs = new ArrayList<>();
        for (LoggedEvent logged : deployments.events(call.caller(), deployment.id(), 0, EVENTS_MAX)) {
            if (StatusFold.entersStatus(logged.event())) {
                logs.addAll(StatusMessages.of(deployment, logged, deployment.status())
                        .logs());
            }
        }
        return Answer.of(new StatusReply(
                deployment.id().toString(),
                deployment.project().toString(),
                deployment.commit().shortForm(),
                deployment.status().wireName(),
                deployment.url().map(URI::toString),
                logs,
                deployment.failure().map(StatusMessages::failure)));
    }

    private Answer events(Call call) {
        Deployment deployment = find(call);
        long since = call.number("since", 0, 0, Long.MAX_VALUE);
        StatusFold fold = new StatusFold(deployment, call.flag("output"));
        int limit = call.limit();
        List<StatusMessage> messages = new ArrayList<>();
        long next = since;
        for (LoggedEvent logged : deployments.events(call.caller(), deployment.id(), 0, EVENTS_MAX)) {
            Optional<StatusMessage> message = fold.next(logged);
            if (logged.sequence() > since && messages.size() < limit) {
                message.ifPresent(messages::add);
                next = logged.sequence();
            }
        }
        boolean done = deployment.status().terminal() && next >= deployment.lastSequence();
        return Answer.of(new EventsReply(messages, next, done));
    }

    private Answer logs(Call call) {
        Deployment deployment = find(call);
        List<String> lines = new ArrayList<>();
        StatusFold fold = new StatusFold(deployment, true);
        for (LoggedEvent logged : deployments.events(call.caller(), deployment.id(), 0, EVENTS_MAX)) {
            fold.next(logged).ifPresent(message -> lines.addAll(message.logs()));
        }
        return Answer.of(new BuildLogReply(
                deployment.id().toString(), deployment.status().wireName(), lines));
    }

    private Answer cancel(Call call) {
        Deployment deployment = deployments.cancel(call.caller(), call.deployment());
        return Answer.accepted(Bodies.deployment(deployment), "/v1/deployments/" + deployment.id());
    }

    private Answer list(Call call) {
        int limit = call.limit();
        Instant before = call.query("before").map(StatusRoutes::instant).orElse(Instant.MAX);
        List<Deployment> found = deployments.list(call.caller(), call.project(), before, limit);
        Optional<String> next = found.size() < limit
                ? Optional.empty()
                : Optional.of(found.getLast().createdAt().toString());
        return Answer.of(new Page<>(found.stream().map(Bodies::deployment).toList(), next));
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException notATime) {
            throw Call.badParameter("before", "(expected: a UTC time as 2026-11-21T22:00:00Z)");
        }
    }

    private Answer deployCommit(Call call) {
        Optional<String> commit = call.bodyOr(DeployCommitRequest.class, new DeployCommitRequest(Optional.empty()))
                .commit();
        Deployment deployment =
                deployments.submitCommit(call.caller(), new CommitRequest(call.project(), commit, Optional.empty()));
        return Answer.accepted(Bodies.accepted(call, deployment), "/v1/deployments/" + deployment.id());
    }
}
