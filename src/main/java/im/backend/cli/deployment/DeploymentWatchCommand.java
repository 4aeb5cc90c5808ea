package im.backend.cli.deployment;

import im.backend.cli.session.Action;
import im.backend.cli.session.Session;
import im.backend.client.BackendClient;
import im.backend.client.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code deployment watch}. */
@Command
public final class DeploymentWatchCommand implements Action {
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
