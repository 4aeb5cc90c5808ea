package im.backend.cli.deployment;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.client.BackendClient;
import im.backend.client.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command {@code deployment cancel}. */
@Command
public final class DeploymentCancelCommand implements Action {
    @Parameters(paramLabel = "DEPLOYMENT", description = "Its id, as deploy and deployment list show it.")
    String deployment = "";

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
