package im.backend.cli.project;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.cli.terminal.Table;
import im.backend.client.JsonObject;
import java.util.List;

/** The command {@code secret list}. */
public final class SecretListCommand implements Action {
    @Override
    public void declare(Syntax syntax) {
        syntax.footer("Values are never shown. Equal fingerprints within one project mean equal values.");
    }

    @Override
    public int run(Session session) {
        JsonObject reply = session.client().get(session.projectPath() + "/secrets");
        if (session.json()) {
            session.terminal().answer(reply.toString());
            return ExitCode.DONE.code();
        }
        List<JsonObject> secrets = reply.objects("secrets");
        if (secrets.isEmpty()) {
            session.terminal().note("No secrets. Set one with: backendim secret set NAME=value");
            return ExitCode.DONE.code();
        }
        Table table = new Table("SECRET", "VERSION", "FINGERPRINT", "CHANGED");
        for (JsonObject one : secrets) {
            table.row(
                    one.text("name", ""),
                    one.text("version", ""),
                    one.text("fingerprint", ""),
                    session.age(one.text("updatedAt", "")));
        }
        table.print(session.terminal());
        return ExitCode.DONE.code();
    }
}
