package im.backend.cli.release;

import im.backend.cli.deployment.FollowOptions;
import im.backend.cli.session.Action;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;
import org.jspecify.annotations.Nullable;

/** The command {@code rollback}. */
public final class RollbackCommand implements Action {
    private final FollowOptions follow = new FollowOptions();
    private @Nullable String version;

    @Override
    public void declare(Syntax syntax) {
        syntax.optionalArgument(
                "VERSION", "As v12. Default: the good release before the live one.", given -> version = given);
        follow.declare(syntax);
        syntax.footer(
                "The release that a rollback makes live is a new one: nothing of the history is lost, and nothing is"
                        + " built.",
                "Databases are not part of a release: migrations that ran stay as they are.");
    }

    @Override
    public int run(Session session) {
        long startedNanos = System.nanoTime();
        JsonObject accepted =
                session.client().post(session.projectPath() + "/rollback", new JsonObject().with("version", version));
        session.terminal().note("Data and database migrations are not rolled back.");
        return follow.end(session, accepted, startedNanos);
    }
}
