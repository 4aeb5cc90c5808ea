package im.backend.cli;

import im.backend.client.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command
final class DeploymentListCommand implements Action {
    @Option(
            names = {"-n", "--limit"},
            paramLabel = "COUNT",
            description = "How many, up to 200. Default: ${DEFAULT-VALUE}.")
    int limit = 20;

    @Override
    public int run(Session session) {
        JsonObject page = session.client().get(session.projectPath() + "/deployments?limit=" + limit);
        if (session.json()) {
            session.terminal().answer(page.toString());
            return ExitCode.DONE.code();
        }
        Table table = new Table("DEPLOYMENT", "STATUS", "RELEASE", "COMMIT", "ORIGIN", "CREATED");
        for (JsonObject one : page.objects("items")) {
            String why = one.object("error")
                    .map(error -> " (" + error.text("code", "") + ")")
                    .orElse("");
            table.row(
                    one.text("id", ""),
                    one.text("status", "") + why,
                    one.text("version", "-"),
                    one.text("commitHash", ""),
                    one.text("origin", ""),
                    Times.age(one.text("createdAt", ""), session));
        }
        table.print(session.terminal());
        return ExitCode.DONE.code();
    }
}
