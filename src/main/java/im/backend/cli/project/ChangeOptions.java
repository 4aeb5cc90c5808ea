package im.backend.cli.project;

import im.backend.cli.deployment.FollowOptions;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;
import java.util.Optional;

/** For changes of env and secrets, after which the live release is started anew. */
final class ChangeOptions {
    private final FollowOptions follow = new FollowOptions();
    private boolean noRestart;

    void declare(Syntax syntax) {
        syntax.flag(
                "--no-restart, --stage",
                "Only keep it; the next deployment or restart uses it.",
                given -> noRestart = given);
        follow.declare(syntax);
    }

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
