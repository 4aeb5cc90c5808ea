package im.backend.cli.account;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.client.JsonObject;

/** The command {@code whoami}. */
public final class WhoamiCommand implements Action {
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
