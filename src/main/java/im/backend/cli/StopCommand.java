package im.backend.cli;

import im.backend.client.JsonObject;
import picocli.CommandLine.Command;

@Command
final class StopCommand implements Action {
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
