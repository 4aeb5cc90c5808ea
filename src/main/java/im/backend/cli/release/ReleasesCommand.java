package im.backend.cli.release;

import im.backend.cli.session.Action;
import im.backend.cli.session.PageOptions;
import im.backend.cli.session.Session;
import im.backend.cli.terminal.Table;
import im.backend.client.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command {@code releases}. */
@Command
public final class ReleasesCommand implements Action {
    @Mixin
    PageOptions page = new PageOptions();

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
