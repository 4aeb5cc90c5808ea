package im.backend.cli.project;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.terminal.Table;
import im.backend.client.JsonObject;
import java.util.List;

/** The command {@code project list}. */
public final class ProjectListCommand implements Action {
    @Override
    public int run(Session session) {
        JsonObject page = session.client().get("/v1/projects");
        if (session.json()) {
            session.terminal().answer(page.toString());
            return ExitCode.DONE.code();
        }
        List<JsonObject> projects = page.objects("items");
        if (projects.isEmpty()) {
            session.terminal().note("No projects yet. Make the first one with: backendim deploy");
            return ExitCode.DONE.code();
        }
        Table table = new Table("PROJECT", "RELEASE", "ID", "CREATED");
        for (JsonObject one : projects) {
            table.row(
                    one.text("name", ""),
                    one.text("release", "-"),
                    one.text("id", ""),
                    session.age(one.text("createdAt", "")));
        }
        table.print(session.terminal());
        return ExitCode.DONE.code();
    }
}
