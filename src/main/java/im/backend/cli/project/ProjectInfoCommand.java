package im.backend.cli.project;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.cli.terminal.Facts;
import im.backend.client.BackendClient;
import im.backend.client.JsonObject;
import org.jspecify.annotations.Nullable;

/** The command {@code project info}. */
public final class ProjectInfoCommand implements Action {
    private @Nullable String name;

    @Override
    public void declare(Syntax syntax) {
        syntax.optionalArgument("NAME", "The project. Default: that of -p or of this folder.", given -> name = given);
    }

    @Override
    public int run(Session session) {
        String asked = name != null ? name : session.project();
        JsonObject project = session.client().get("/v1/projects/" + BackendClient.encode(asked));
        if (session.json()) {
            session.terminal().answer(project.toString());
            return ExitCode.DONE.code();
        }
        Facts facts = new Facts();
        facts.add("project", project.text("id"));
        facts.add("owner", project.text("owner"));
        facts.add("release", project.text("release", "nothing is live"));
        facts.add("url", project.text("url"));
        facts.add("created", project.text("createdAt"));
        facts.add("git", session.client().server() + "/git/" + project.text("id", asked) + ".git");
        facts.print(session.terminal());
        return ExitCode.DONE.code();
    }
}
