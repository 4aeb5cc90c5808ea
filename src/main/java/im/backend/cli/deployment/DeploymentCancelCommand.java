package im.backend.cli.deployment;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.BackendClient;
import im.backend.client.JsonObject;

/** The command {@code deployment cancel}. */
public final class DeploymentCancelCommand implements Action {
    private String deployment = "";

    @Override
    public void declare(Syntax syntax) {
        syntax.argument("DEPLOYMENT", "Its id, as deploy and deployment list show it.", given -> deployment = given);
    }

    @Override
    public int run(Session session) {
        JsonObject reply = session.client().post("/v1/deployments/" + BackendClient.encode(deployment) + "/cancel");
        session.terminal()
                .answer(
                        session.json()
                                ? reply.toString()
                                : "Cancelling " + deployment + "; the live release serves on.");
        return ExitCode.DONE.code();
    }
}
