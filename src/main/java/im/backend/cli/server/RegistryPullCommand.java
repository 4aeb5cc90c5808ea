package im.backend.cli.server;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;

/** The command {@code registry pull}. */
public final class RegistryPullCommand implements Action {
    private String reference = "";

    @Override
    public void declare(Syntax syntax) {
        syntax.argument(
                "REF",
                "As docker.io/library/python:3.12-slim; one that is here already is brought up to date.",
                given -> reference = given);
    }

    @Override
    public int run(Session session) {
        JsonObject brought =
                session.client().postAndWait("/v1/registry/bases/pull", new JsonObject().with("reference", reference));
        return tell(session, brought);
    }

    static int tell(Session session, JsonObject base) {
        if (session.json()) {
            session.terminal().answer(base.toString());
        } else {
            session.terminal()
                    .answer(base.text("reference", "") + " is here: " + base.number("layers", 0) + " layers, "
                            + (base.number("sizeBytes", 0) >> 20) + " MiB, " + base.text("digest", "")
                            + "\nThe next deployment of an app that it is for is made on it.");
        }
        return ExitCode.DONE.code();
    }
}
