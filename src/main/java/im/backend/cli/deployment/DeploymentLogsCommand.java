package im.backend.cli.deployment;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.BackendClient;
import im.backend.client.JsonObject;

/** The command {@code deployment logs}. */
public final class DeploymentLogsCommand implements Action {
    private String deployment = "";

    @Override
    public void declare(Syntax syntax) {
        syntax.argument("DEPLOYMENT", "Its id, as deploy and deployment list show it.", given -> deployment = given);
    }

    @Override
    public int run(Session session) {
        return print(session, deployment);
    }

    public static int print(Session session, String deployment) {
        JsonObject reply = session.client().get("/v1/deployments/" + BackendClient.encode(deployment) + "/logs");
        if (session.json()) {
            session.terminal().answer(reply.toString());
        } else {
            reply.texts("lines").forEach(session.terminal()::answer);
        }
        return ExitCode.DONE.code();
    }
}
