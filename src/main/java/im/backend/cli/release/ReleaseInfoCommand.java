package im.backend.cli.release;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.cli.terminal.Facts;
import im.backend.client.JsonObject;
import im.backend.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** The command {@code release info}. */
public final class ReleaseInfoCommand implements Action {
    private @Nullable String version;

    @Override
    public void declare(Syntax syntax) {
        syntax.optionalArgument("VERSION", "As v12. Default: the live one.", given -> version = given);
    }

    @Override
    public int run(Session session) {
        ReleaseChoice chosen = ReleaseChoice.of(session, null, version);
        JsonObject release = session.client().get(chosen.path());
        if (session.json()) {
            session.terminal().answer(release.toString());
            return ExitCode.DONE.code();
        }
        Facts facts = new Facts();
        facts.add("release", release.text("version"));
        facts.add("live", release.flag("live") ? "yes" : "no");
        facts.add("commit", release.text("commit"));
        facts.add("image", release.text("image"));
        facts.add("runtime", release.text("runtime"));
        facts.add("replicas", release.text("replicas"));
        facts.add("origin", release.text("origin"));
        facts.add("deployment", release.text("deploymentId"));
        facts.add("created", release.text("createdAt"));
        facts.add("findings", findings(session, chosen));
        facts.print(session.terminal());
        return ExitCode.DONE.code();
    }

    /** A server without advisories has everything else to tell all the same. */
    private static String findings(Session session, ReleaseChoice chosen) {
        try {
            JsonObject report = session.client().get(chosen.path() + "/scan");
            return SeverityCounts.of(report).text() + " (" + report.text("packages", "0") + " packages)";
        } catch (ProblemException failed) {
            return "not scanned: " + failed.problem().detail();
        }
    }
}
