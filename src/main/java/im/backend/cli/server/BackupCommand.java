package im.backend.cli.server;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;

/** The command {@code backup}. */
public final class BackupCommand implements Action {
    @Override
    public void declare(Syntax syntax) {
        syntax.footer(
                "It copies the state, of one moment, while the server runs, and prints where to. Copy the other folders of",
                "the data folder after that; docs/operations.md says which, and how all of it is put back.");
    }

    @Override
    public int run(Session session) {
        JsonObject reply = session.client().postAndWait("/v1/server/backup", new JsonObject());
        session.terminal().answer(session.json() ? reply.toString() : reply.text("file", ""));
        return ExitCode.DONE.code();
    }
}
