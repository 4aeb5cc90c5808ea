package im.backend.cli;

import im.backend.client.JsonObject;
import picocli.CommandLine.Command;

@Command
final class WhoamiCommand implements Action {
    @Override
    public int run(Session session) {
        JsonObject who = session.client().get("/api/auth/verify");
        String server = session.client().server().toString();
        session.terminal()
                .answer(
                        session.json()
                                ? who.with("server", server).toString()
                                : who.text("userId", "") + " on " + server);
        return ExitCode.DONE.code();
    }
}
