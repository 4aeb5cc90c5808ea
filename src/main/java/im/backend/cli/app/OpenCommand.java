package im.backend.cli.app;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.client.JsonObject;
import im.backend.problem.Problem;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** The command {@code open}. */
public final class OpenCommand implements Action {
    @Override
    public int run(Session session) throws IOException {
        JsonObject project = session.client().get(session.projectPath());
        String url = project.text("url")
                .orElseThrow(() -> new Problem.Conflict(
                                "not-running",
                                "Nothing of " + project.text("name", "it") + " is live; deploy it first.")
                        .asException());
        if (session.json()) {
            session.terminal().answer(new JsonObject().with("url", url).toString());
            return ExitCode.DONE.code();
        }
        session.terminal().answer(url);
        // Without somebody at a screen the URL is the answer.
        if (session.terminal().answersToPerson()) {
            String opener =
                    System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("mac") ? "open" : "xdg-open";
            try {
                new ProcessBuilder(List.of(opener, url))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
            } catch (IOException noBrowserHere) {
                session.terminal().note("No browser could be opened (" + opener + " is missing).");
            }
        }
        return ExitCode.DONE.code();
    }
}
