package im.backend.cli.deployment;

import im.backend.cli.session.Action;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.BackendClient;
import im.backend.client.JsonObject;

/** The command {@code deployment watch}. */
public final class DeploymentWatchCommand implements Action {
    private String deployment = "";
    private boolean watch;

    @Override
    public void declare(Syntax syntax) {
        syntax.argument("DEPLOYMENT", "Its id, as deploy and deployment list show it.", given -> deployment = given);
        syntax.flag("-w, --watch", "Also show what the build and the starting app write.", given -> watch = given);
    }

    @Override
    public int run(Session session) {
        long startedNanos = System.nanoTime();
        JsonObject found = session.client().get("/v1/deployments/" + BackendClient.encode(deployment));
        return new Attached(session, found, watch, startedNanos).follow(new ProgressPrinter(session.terminal()));
    }
}
