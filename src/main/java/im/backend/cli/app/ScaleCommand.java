package im.backend.cli.app;

import im.backend.cli.deployment.FollowOptions;
import im.backend.cli.session.Action;
import im.backend.cli.session.Arguments;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;
import java.util.Optional;

/** The command {@code scale}. */
public final class ScaleCommand implements Action {
    private final FollowOptions follow = new FollowOptions();
    private String replicas = "";

    @Override
    public void declare(Syntax syntax) {
        syntax.argument("REPLICAS", "How many instances of web run, as 3 (or web=3).", given -> replicas = given);
        follow.declare(syntax);
    }

    @Override
    public int run(Session session) {
        long startedNanos = System.nanoTime();
        String count = replicas.startsWith("web=") ? replicas.substring("web=".length()) : replicas;
        if (!count.matches("[0-9]{1,4}")) {
            throw Arguments.refused("REPLICAS", replicas, "a number, as 3");
        }
        JsonObject reply = session.client()
                .post(session.projectPath() + "/scale", new JsonObject().with("replicas", Integer.valueOf(count)));
        Optional<JsonObject> deployment = reply.object("deployment");
        if (deployment.isPresent()) {
            return follow.end(session, deployment.get(), startedNanos);
        }
        session.terminal()
                .answer(
                        session.json()
                                ? reply.toString()
                                : "Set to " + count + ". Nothing of it is live now; it holds for the next deployment.");
        return ExitCode.DONE.code();
    }
}
