package im.backend.cli.deployment;

import im.backend.cli.session.Action;
import im.backend.cli.session.PageOptions;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.cli.terminal.Table;
import im.backend.client.JsonObject;

/** The command {@code deployment list}. */
public final class DeploymentListCommand implements Action {
    private final PageOptions page = new PageOptions();

    @Override
    public void declare(Syntax syntax) {
        page.declare(syntax);
    }

    @Override
    public int run(Session session) {
        Table table = new Table("DEPLOYMENT", "STATUS", "RELEASE", "COMMIT", "ORIGIN", "CREATED");
        return page.print(session, "/deployments", table, one -> row(one, session));
    }

    private static String[] row(JsonObject one, Session session) {
        String why = one.object("error")
                .map(error -> " (" + error.text("code", "") + ")")
                .orElse("");
        return new String[] {
            one.text("id", ""),
            one.text("status", "") + why,
            one.text("version", "-"),
            one.text("commitHash", ""),
            one.text("origin", ""),
            session.age(one.text("createdAt", ""))
        };
    }
}
