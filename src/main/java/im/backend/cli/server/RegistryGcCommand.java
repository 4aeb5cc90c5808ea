package im.backend.cli.server;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;

/** The command {@code registry gc}. */
public final class RegistryGcCommand implements Action {
    private boolean dryRun;

    @Override
    public void declare(Syntax syntax) {
        syntax.flag("--dry-run", "Only say what would be removed.", given -> dryRun = given);
        syntax.footer(
                "Tagged images stay, and those of releases that are kept, and all that was pushed or used within",
                "registry.gc-grace. The server does the same by itself once an hour.");
    }

    @Override
    public int run(Session session) {
        JsonObject reply = session.client().post("/v1/registry/collect", new JsonObject().with("dryRun", dryRun));
        if (session.json()) {
            session.terminal().answer(reply.toString());
            return ExitCode.DONE.code();
        }
        session.terminal()
                .answer((dryRun ? "Would remove " : "Removed ") + reply.number("manifests", 0) + " manifests and "
                        + reply.number("blobs", 0) + " blobs of " + (reply.number("bytes", 0) >> 20) + " MiB, "
                        + reply.number("uploads", 0) + " uploads given up.");
        return ExitCode.DONE.code();
    }
}
