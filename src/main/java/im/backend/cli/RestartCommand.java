package im.backend.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command
final class RestartCommand implements Action {
    @Mixin
    FollowOptions follow = new FollowOptions();

    @Override
    public int run(Session session) {
        long startedNanos = System.nanoTime();
        return follow.end(session, session.client().post(session.projectPath() + "/restart"), startedNanos);
    }
}
