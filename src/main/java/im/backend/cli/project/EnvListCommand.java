package im.backend.cli.project;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;
import java.util.Map;

/** The command {@code env list}. */
public final class EnvListCommand implements Action {
    @Override
    public void declare(Syntax syntax) {
        syntax.footer("What backend.yml sets is not listed here; what is set here wins over it.");
    }

    @Override
    public int run(Session session) {
        JsonObject reply = session.client().get(session.projectPath() + "/env");
        if (session.json()) {
            session.terminal().answer(reply.toString());
            return ExitCode.DONE.code();
        }
        Map<String, String> env = reply.object("env").map(JsonObject::entries).orElse(Map.of());
        env.forEach((name, value) -> session.terminal().answer(name + "=" + value));
        if (env.isEmpty()) {
            session.terminal().note("Nothing is set. Set it with: backendim env set NAME=value");
        }
        return ExitCode.DONE.code();
    }
}
