package im.backend.api;

import im.backend.api.http.Access;
import im.backend.api.http.Answer;
import im.backend.api.http.ApiRoute;
import im.backend.api.http.Call;
import im.backend.deploy.Operations;
import im.backend.domain.Command;
import im.backend.domain.Deployment;
import im.backend.orchestrator.Exit;
import im.backend.wire.app.RunLine;
import im.backend.wire.app.RunRequest;
import im.backend.wire.app.ScaleReply;
import im.backend.wire.app.ScaleRequest;
import im.backend.wire.deployment.DeploymentReply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** What is done with a project that runs. */
final class OperationRoutes {
    private static final String PROJECT = "/v1/projects/{project}";

    private final Operations operations;

    OperationRoutes(Operations operations) {
        this.operations = operations;
    }

    List<ApiRoute> routes() {
        return List.of(
                ApiRoute.post(PROJECT + "/scale", Access.DEPLOY, "Run so many replicas of web")
                        .reads(ScaleRequest.class)
                        .replies(202, ScaleReply.class, this::scale),
                ApiRoute.post(PROJECT + "/restart", Access.DEPLOY, "Start the live release anew, with present env")
                        .replies(
                                202,
                                DeploymentReply.class,
                                call -> started(call, operations.restart(call.caller(), call.project()))),
                ApiRoute.post(PROJECT + "/start", Access.DEPLOY, "Run the latest release again after a stop")
                        .replies(
                                202,
                                DeploymentReply.class,
                                call -> started(call, operations.start(call.caller(), call.project()))),
                ApiRoute.post(PROJECT + "/stop", Access.USER, "End every instance; releases and data stay")
                        .replies(new ApiRoute.Reply.Nothing(), this::stop),
                ApiRoute.post(PROJECT + "/run", Access.USER, "Run a command once with the live release")
                        .reads(RunRequest.class)
                        .replies(new ApiRoute.Reply.Lines(RunLine.class, Optional.empty()), this::run));
    }

    private Answer scale(Call call) {
        int replicas = call.body(ScaleRequest.class).replicas();
        Optional<Deployment> deployment = operations.scale(call.caller(), call.project(), replicas);
        return new Answer.Body(
                202,
                new ScaleReply(replicas, deployment.map(started -> Bodies.accepted(call, started))),
                deployment.map(started -> "/v1/deployments/" + started.id()));
    }

    private static Answer started(Call call, Deployment deployment) {
        return Answer.accepted(Bodies.accepted(call, deployment), "/v1/deployments/" + deployment.id());
    }

    private Answer stop(Call call) {
        operations.stop(call.caller(), call.project());
        return Answer.nothing();
    }

    private Answer run(Call call) {
        Command command = Command.parse(call.body(RunRequest.class).command());
        operations.state(call.caller(), call.project());
        return new Answer.Lines(out -> {
            Exit exit = operations.run(
                    call.caller(),
                    call.project(),
                    command,
                    line -> write(out, new RunLine(Optional.of(line), Optional.empty())));
            out.write(new RunLine(Optional.empty(), Optional.of(exit.code())));
        });
    }

    /** A caller that has gone ends the command: the exception leaves {@code run}, which kills it. */
    private static void write(Answer.LineWriter out, RunLine line) {
        try {
            out.write(line);
        } catch (IOException callerGone) {
            throw new UncheckedIOException(callerGone);
        }
    }
}
