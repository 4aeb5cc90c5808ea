package im.backend.cli.deployment;

import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;

/** For commands that begin a deployment without an upload. */
public final class FollowOptions {
    private boolean watch;
    private boolean detach;

    public void declare(Syntax syntax) {
        syntax.flag("-w, --watch", "Also show what the starting app writes.", given -> watch = given);
        syntax.flag("--detach, --no-wait", "Return as soon as the deployment is queued.", given -> detach = given);
    }

    public int end(Session session, JsonObject accepted, long startedNanos) {
        Attached attached = new Attached(session, accepted, watch, startedNanos);
        return detach ? attached.detach() : attached.follow(new ProgressPrinter(session.terminal()));
    }
}
