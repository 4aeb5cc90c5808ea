package im.backend.cli;

import im.backend.client.BackendClient;
import im.backend.client.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command
final class DeploymentWatchCommand implements Action {
    @Parameters(paramLabel = "DEPLOYMENT", description = "Its id, as deploy and deployment list show it.")
    String deployment = "";

    @Option(
            names = {"-w", "--watch"},
            description = "Also show what the build and the starting app write.")
    boolean watch;

    @Override
    public int run(Session session) {
        long startedNanos = System.nanoTime();
        JsonObject found = session.client().get("/v1/deployments/" + BackendClient.encode(deployment));
        return new Attached(session, found, watch, startedNanos).follow(new ProgressPrinter(session.terminal()));
    }
}
