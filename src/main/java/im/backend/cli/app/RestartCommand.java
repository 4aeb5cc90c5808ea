package im.backend.cli.app;

import im.backend.cli.deployment.FollowOptions;
import im.backend.cli.session.Action;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;

/** The command {@code restart}. */
public final class RestartCommand implements Action {
    private final FollowOptions follow = new FollowOptions();

    @Override
    public void declare(Syntax syntax) {
        follow.declare(syntax);
    }

    @Override
    public int run(Session session) {
        long startedNanos = System.nanoTime();
        return follow.end(session, session.client().post(session.projectPath() + "/restart"), startedNanos);
    }
}
