package im.backend.cli.session;

import im.backend.cli.terminal.Table;
import im.backend.client.JsonObject;
import java.util.function.Function;

/** For lists of what a project has had, newest first. */
public final class PageOptions {
    private int limit = 20;

    public void declare(Syntax syntax) {
        syntax.number("-n, --limit", "COUNT", "How many, up to 200. Default: " + limit + ".", given -> limit = given);
    }

    /**
     * Prints the newest ones, one a line.
     *
     * @param path of the list, below the project's
     * @param row the values of one, one for each column of {@code table}
     */
    public int print(Session session, String path, Table table, Function<JsonObject, String[]> row) {
        JsonObject page = session.client().get(session.projectPath() + path + "?limit=" + limit);
        if (session.json()) {
            session.terminal().answer(page.toString());
            return ExitCode.DONE.code();
        }
        page.objects("items").forEach(one -> table.row(row.apply(one)));
        table.print(session.terminal());
        return ExitCode.DONE.code();
    }
}
