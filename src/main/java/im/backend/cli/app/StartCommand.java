package im.backend.cli.app;

import im.backend.cli.deployment.FollowOptions;
import im.backend.cli.session.Action;
import im.backend.cli.session.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The command {@code start}. */
@Command
public final class StartCommand implements Action {
    @Mixin
    FollowOptions follow = new FollowOptions();

    @Override
    public int run(Session session) {
        long startedNanos = System.nanoTime();
        return follow.end(session, session.client().post(session.projectPath() + "/start"), startedNanos);
    }
}
