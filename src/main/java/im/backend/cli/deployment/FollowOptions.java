package im.backend.cli.deployment;

import im.backend.cli.session.Session;
import im.backend.client.JsonObject;
import picocli.CommandLine.Option;

/** For commands that begin a deployment without an upload. */
public final class FollowOptions {
    @Option(
            names = {"-w", "--watch"},
            description = "Also show what the starting app writes.")
    boolean watch;

    @Option(
            names = {"--detach", "--no-wait"},
            description = "Return as soon as the deployment is queued.")
    boolean detach;

    public int end(Session session, JsonObject accepted, long startedNanos) {
        Attached attached = new Attached(session, accepted, watch, startedNanos);
        return detach ? attached.detach() : attached.follow(new ProgressPrinter(session.terminal()));
    }
}
