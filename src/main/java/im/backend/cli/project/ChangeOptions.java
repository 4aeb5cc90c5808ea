package im.backend.cli.project;

import im.backend.cli.deployment.FollowOptions;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.client.JsonObject;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** For changes of env and secrets, after which the live release is started anew. */
final class ChangeOptions {
    @Option(
            names = {"--no-restart", "--stage"},
            description = "Only keep it; the next deployment or restart uses it.")
    boolean noRestart;

    @Mixin
    FollowOptions follow = new FollowOptions();

    /** @param did what to say when no restart was needed */
    int apply(Session session, String path, JsonObject change, String did) {
        long startedNanos = System.nanoTime();
        JsonObject reply = session.client().patch(session.projectPath() + path, change.with("restart", !noRestart));
        Optional<JsonObject> deployment = reply.object("deployment");
        if (deployment.isPresent()) {
            session.terminal().note(did + " Restarting with it.");
            return follow.end(session, deployment.get(), startedNanos);
        }
        session.terminal().answer(session.json() ? reply.toString() : did);
        return ExitCode.DONE.code();
    }
}
