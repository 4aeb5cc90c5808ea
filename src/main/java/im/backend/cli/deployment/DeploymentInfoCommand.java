package im.backend.cli.deployment;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.cli.terminal.Facts;
import im.backend.cli.terminal.Terminal;
import im.backend.client.BackendClient;
import im.backend.client.JsonObject;
import java.util.Optional;

/** The command {@code deployment info}. */
public final class DeploymentInfoCommand implements Action {
    private String deployment = "";

    @Override
    public void declare(Syntax syntax) {
        syntax.argument("DEPLOYMENT", "Its id, as deploy and deployment list show it.", given -> deployment = given);
    }

    @Override
    public int run(Session session) {
        JsonObject one = session.client().get("/v1/deployments/" + BackendClient.encode(deployment));
        Terminal terminal = session.terminal();
        if (session.json()) {
            terminal.answer(one.toString());
            return ExitCode.DONE.code();
        }
        Facts facts = new Facts();
        facts.add("deployment", one.text("id"));
        facts.add("project", one.text("projectId"));
        facts.add("status", one.text("status"));
        facts.add("release", one.text("version"));
        facts.add("url", one.text("url"));
        facts.add("commit", one.text("commit"));
        facts.add("origin", one.text("origin"));
        facts.add("by", one.text("by"));
        facts.add("created", one.text("createdAt"));
        Optional<JsonObject> error = one.object("error");
        if (error.isPresent()) {
            facts.add("failed while", error.get().text("stage").map(Attached::words));
            facts.add("cause", error.get().text("detail"));
            facts.add("fix", error.get().text("fix").filter(text -> !text.isEmpty()));
        }
        facts.print(terminal);
        error.ifPresent(failure -> failure.texts("evidence").forEach(line -> terminal.answer("  │ " + line)));
        return ExitCode.DONE.code();
    }
}
