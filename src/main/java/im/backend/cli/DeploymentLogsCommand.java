package im.backend.cli;

import im.backend.client.BackendClient;
import im.backend.client.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command
final class DeploymentLogsCommand implements Action {
    @Parameters(paramLabel = "DEPLOYMENT", description = "Its id, as deploy and deployment list show it.")
    String deployment = "";

    @Override
    public int run(Session session) {
        return print(session, deployment);
    }

    static int print(Session session, String deployment) {
        JsonObject reply = session.client().get("/v1/deployments/" + BackendClient.encode(deployment) + "/logs");
        if (session.json()) {
            session.terminal().answer(reply.toString());
        } else {
            reply.texts("lines").forEach(session.terminal()::answer);
        }
        return ExitCode.DONE.code();
    }
}
