package im.backend.cli.release;

import im.backend.cli.session.Action;
import im.backend.cli.session.PageOptions;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.cli.terminal.Table;
import im.backend.client.JsonObject;

/** The command {@code releases}. */
public final class ReleasesCommand implements Action {
    private final PageOptions page = new PageOptions();

    @Override
    public void declare(Syntax syntax) {
        page.declare(syntax);
    }

    @Override
    public int run(Session session) {
        Table table = new Table("RELEASE", "LIVE", "COMMIT", "ORIGIN", "RUNTIME", "CREATED");
        return page.print(session, "/releases", table, one -> row(one, session));
    }

    private static String[] row(JsonObject one, Session session) {
        return new String[] {
            one.text("version", ""),
            one.flag("live") ? "*" : "",
            one.text("commitHash", ""),
            one.text("origin", ""),
            one.text("runtime", ""),
            session.age(one.text("createdAt", ""))
        };
    }
}
