package im.backend.cli;

import im.backend.client.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command
final class ReleasesCommand implements Action {
    @Option(
            names = {"-n", "--limit"},
            paramLabel = "COUNT",
            description = "How many, up to 200. Default: ${DEFAULT-VALUE}.")
    int limit = 20;

    @Override
    public int run(Session session) {
        JsonObject page = session.client().get(session.projectPath() + "/releases?limit=" + limit);
        if (session.json()) {
            session.terminal().answer(page.toString());
            return ExitCode.DONE.code();
        }
        Table table = new Table("RELEASE", "LIVE", "COMMIT", "ORIGIN", "RUNTIME", "CREATED");
        for (JsonObject one : page.objects("items")) {
            table.row(
                    one.text("version", ""),
                    one.flag("live") ? "*" : "",
                    one.text("commitHash", ""),
                    one.text("origin", ""),
                    one.text("runtime", ""),
                    Times.age(one.text("createdAt", ""), session));
        }
        table.print(session.terminal());
        return ExitCode.DONE.code();
    }
}
