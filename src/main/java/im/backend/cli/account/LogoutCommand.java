package im.backend.cli.account;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.client.JsonObject;
import java.net.URI;

/** The command {@code logout}. */
public final class LogoutCommand implements Action {
    @Override
    public int run(Session session) {
        URI server = session.credentials().server(session.askedServer());
        boolean was = session.credentials().file().signOut(server);
        if (session.json()) {
            session.terminal()
                    .answer(new JsonObject()
                            .with("server", server.toString())
                            .with("signedOut", was)
                            .toString());
        } else {
            session.terminal().answer(was ? "Signed out of " + server + "." : "There was no login to " + server + ".");
        }
        return ExitCode.DONE.code();
    }
}
