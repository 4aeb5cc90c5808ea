package im.backend.cli.app;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.client.JsonObject;

/** The command {@code stop}. */
public final class StopCommand implements Action {
    @Override
    public int run(Session session) {
        String project = session.project();
        session.client().post(session.projectPath() + "/stop");
        if (session.json()) {
            session.terminal()
                    .answer(new JsonObject()
                            .with("project", project)
                            .with("stopped", true)
                            .toString());
        } else {
            session.terminal().answer("Stopped " + project + ". Run it again with: backendim start -p " + project);
        }
        return ExitCode.DONE.code();
    }
}
