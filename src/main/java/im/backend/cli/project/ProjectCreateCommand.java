package im.backend.cli.project;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;

/** The command {@code project create}. */
public final class ProjectCreateCommand implements Action {
    private String name = "";

    @Override
    public void declare(Syntax syntax) {
        syntax.argument("NAME", "Lower-case letters, digits and hyphens, as my-api.", given -> name = given);
    }

    @Override
    public int run(Session session) {
        JsonObject made = session.client().post("/v1/projects", new JsonObject().with("name", name));
        session.terminal().answer(session.json() ? made.toString() : "Created " + made.text("id", name) + ".");
        return ExitCode.DONE.code();
    }
}
