package im.backend.cli.release;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.cli.terminal.Table;
import im.backend.cli.terminal.Terminal;
import im.backend.client.JsonObject;
import im.backend.domain.Quoted;
import im.backend.problem.Problem;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The command {@code scan}. */
public final class ScanCommand implements Action {
    private static final int TITLE_WIDTH = 60;

    private final ReleaseOptions release = new ReleaseOptions();
    private @Nullable String failOn;

    @Override
    public void declare(Syntax syntax) {
        release.declare(syntax);
        syntax.option(
                "--fail-on",
                "SEVERITY",
                "Exit with 1 for a finding of critical, high, medium, low or unknown, or a worse one.",
                given -> failOn = given);
        syntax.footer(
                "The packages are those that were installed when the release was built; what is known of them is of now.",
                "In a pipeline: backendim scan --fail-on high");
    }

    @Override
    public int run(Session session) {
        Optional<String> limit = Optional.ofNullable(failOn).map(ScanCommand::severity);
        ReleaseChoice chosen = release.choose(session);
        JsonObject report = session.client().get(chosen.path() + "/scan");
        SeverityCounts counts = SeverityCounts.of(report);
        if (session.json()) {
            session.terminal().answer(report.toString());
        } else {
            print(session, chosen, report, counts);
        }
        return limit.filter(counts::hasAtLeast).isPresent() ? ExitCode.FAILED.code() : ExitCode.DONE.code();
    }

    private static String severity(String text) {
        return SeverityCounts.parse(text)
                .orElseThrow(() -> new Problem.Malformed(
                                "bad-parameter",
                                "--fail-on: " + Quoted.of(text) + " (expected: "
                                        + String.join(", ", SeverityCounts.WORST_FIRST) + ")")
                        .asException());
    }

    private static void print(Session session, ReleaseChoice chosen, JsonObject report, SeverityCounts counts) {
        Terminal terminal = session.terminal();
        List<JsonObject> findings = report.objects("findings");
        if (!findings.isEmpty()) {
            Table table = new Table("SEVERITY", "PACKAGE", "VERSION", "FIXED IN", "ID", "TITLE");
            for (JsonObject one : findings) {
                String ignored =
                        one.text("ignored").map(why -> "ignored: " + why).orElse("");
                table.row(
                        one.text("severity", ""),
                        one.text("name", ""),
                        one.text("version", ""),
                        one.texts("fixedIn").isEmpty() ? "-" : String.join(", ", one.texts("fixedIn")),
                        one.text("id", ""),
                        shortened(ignored.isEmpty() ? one.text("title", "") : ignored));
            }
            table.print(terminal);
            terminal.answer("");
        }
        terminal.answer(terminal.bold(chosen.project()) + " " + report.text("version", chosen.version()) + ": "
                + report.text("packages", "0") + " packages, findings: " + counts.text());
        report.texts("notes").forEach(terminal::note);
        report.text("advisoriesAt").ifPresent(at -> terminal.note("Advisories of " + session.age(at) + "."));
    }

    private static String shortened(String title) {
        return title.length() <= TITLE_WIDTH ? title : title.substring(0, TITLE_WIDTH - 1) + "…";
    }
}
