package im.backend.cli.project;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.client.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code project create}. */
@Command
public final class ProjectCreateCommand implements Action {
    @Parameters(paramLabel = "NAME", description = "Lower-case letters, digits and hyphens, as my-api.")
    String name = "";

    @Override
    public int run(Session session) {
        JsonObject made = session.client().post("/v1/projects", new JsonObject().with("name", name));
        session.terminal().answer(session.json() ? made.toString() : "Created " + made.text("id", name) + ".");
        return ExitCode.DONE.code();
    }
}
