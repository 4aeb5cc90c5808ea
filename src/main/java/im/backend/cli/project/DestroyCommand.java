package im.backend.cli.project;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.BackendClient;
import im.backend.client.JsonObject;
import im.backend.problem.Problem;
import org.jspecify.annotations.Nullable;

/** The command {@code destroy} or {@code project delete}. */
public final class DestroyCommand implements Action {
    private @Nullable String name;
    private @Nullable String confirm;

    @Override
    public void declare(Syntax syntax) {
        syntax.optionalArgument("NAME", "The project. Default: that of -p or of this folder.", given -> name = given);
        syntax.option(
                "--confirm", "NAME", "The project's name again, in place of the question.", given -> confirm = given);
    }

    @Override
    public int run(Session session) {
        String asked = name != null ? name : session.project();
        JsonObject project = session.client().get("/v1/projects/" + BackendClient.encode(asked));
        String called = project.text("name", asked);
        String typed = confirm;
        if (typed == null && session.mayAsk()) {
            typed = session.terminal()
                    .ask("This deletes " + project.text("id", asked)
                            + " with its source, data, secrets and releases.\nType its name to go on: ")
                    .orElse("");
        }
        if (typed == null || !typed.equals(called)) {
            throw new Problem.Malformed(
                            "confirmation-required",
                            "Deleting " + called + " needs its name (expected: --confirm " + called + ").")
                    .asException();
        }
        session.client()
                .delete("/v1/projects/" + BackendClient.encode(asked) + "?confirm=" + BackendClient.encode(called));
        session.terminal()
                .answer(
                        session.json()
                                ? new JsonObject()
                                        .with("project", project.text("id", asked))
                                        .with("deleted", true)
                                        .toString()
                                : "Deleted " + project.text("id", asked) + ".");
        return ExitCode.DONE.code();
    }
}
