package im.backend.cli.release;

import im.backend.cli.deployment.FollowOptions;
import im.backend.cli.session.Action;
import im.backend.cli.session.Session;
import im.backend.client.JsonObject;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The command {@code rollback}. */
@Command(
        footer = {
            "",
            "The release that a rollback makes live is a new one: nothing of the history is lost, and nothing is"
                    + " built.",
            "Databases are not part of a release: migrations that ran stay as they are."
        })
public final class RollbackCommand implements Action {
    @Parameters(
            arity = "0..1",
            paramLabel = "VERSION",
            description = "As v12. Default: the good release before the live one.")
    @Nullable
    String version;

    @Mixin
    FollowOptions follow = new FollowOptions();

    @Override
    public int run(Session session) {
        long startedNanos = System.nanoTime();
        JsonObject accepted =
                session.client().post(session.projectPath() + "/rollback", new JsonObject().with("version", version));
        session.terminal().note("Data and database migrations are not rolled back.");
        return follow.end(session, accepted, startedNanos);
    }
}
