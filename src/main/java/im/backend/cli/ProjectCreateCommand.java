package im.backend.cli;

import im.backend.client.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command
final class ProjectCreateCommand implements Action {
    @Parameters(paramLabel = "NAME", description = "Lower-case letters, digits and hyphens, as my-api.")
    String name = "";

    @Override
    public int run(Session session) {
        JsonObject made = session.client().post("/v1/projects", new JsonObject().with("name", name));
        session.terminal().answer(session.json() ? made.toString() : "Created " + made.text("id", name) + ".");
        return ExitCode.DONE.code();
    }
}
