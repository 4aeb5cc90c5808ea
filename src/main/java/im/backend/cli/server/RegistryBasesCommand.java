package im.backend.cli.server;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.terminal.Table;
import im.backend.client.JsonObject;

/** The command {@code registry bases}. */
public final class RegistryBasesCommand implements Action {
    @Override
    public int run(Session session) {
        JsonObject page = session.client().get("/v1/registry/bases");
        if (session.json()) {
            session.terminal().answer(page.toString());
            return ExitCode.DONE.code();
        }
        Table table = new Table("REFERENCE", "DIGEST", "LAYERS", "MIB");
        for (JsonObject base : page.objects("items")) {
            table.row(
                    base.text("reference", ""),
                    base.text("digest", "").replaceFirst("^(sha256:.{12}).*", "$1"),
                    Long.toString(base.number("layers", 0)),
                    Long.toString(base.number("sizeBytes", 0) >> 20));
        }
        table.print(session.terminal());
        return ExitCode.DONE.code();
    }
}
