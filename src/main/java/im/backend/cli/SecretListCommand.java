package im.backend.cli;

import im.backend.client.JsonObject;
import java.util.List;
import picocli.CommandLine.Command;

@Command(footer = {"", "Values are never shown. Equal fingerprints within one project mean equal values."})
final class SecretListCommand implements Action {
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
                    Times.age(one.text("updatedAt", ""), session));
        }
        table.print(session.terminal());
        return ExitCode.DONE.code();
    }
}
