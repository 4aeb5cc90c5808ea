package im.backend.cli.session;

import im.backend.cli.terminal.Terminal;
import im.backend.client.BackendClient;
import im.backend.client.JsonObject;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.problem.Violation;
import java.util.List;
import java.util.Locale;

/** Words a failure: one line, what to do about it, and under {@code --json} one object on stdout. */
public final class Failures {
    private final Terminal terminal;
    private final boolean json;
    private final boolean debug;
    private final String command;

    /** @param command what was called, with the program's name; its help is pointed to */
    public Failures(Terminal terminal, boolean json, boolean debug, String command) {
        this.terminal = terminal;
        this.json = json;
        this.debug = debug;
        this.command = command;
    }

    public int tell(ProblemException failed) {
        Problem problem = failed.problem();
        List<Violation> violations = violations(problem);
        String hint = hint(problem);
        if (json) {
            terminal.answer(object(problem, hint, violations).toString());
        } else {
            boolean many = violations.size() > 1;
            boolean untold =
                    violations.stream().anyMatch(violation -> !problem.detail().contains(violation.message()));
            terminal.error(terminal.bad("error:") + " " + (many ? summary(problem.detail()) : problem.detail()));
            if (many || untold) {
                violations.forEach(
                        violation -> terminal.error("  " + violation.pointer() + "  " + violation.message()));
            }
            if (!hint.isEmpty()) {
                terminal.error("hint: " + hint);
            }
        }
        if (debug) {
            failed.printStackTrace(System.err);
        }
        return ExitCode.of(problem).code();
    }

    /** "backend.yml has 2 faults; the first is at ..." without what the list below says again. */
    private static String summary(String detail) {
        int first = detail.indexOf("; the first is at ");
        return first < 0 ? detail : detail.substring(0, first) + ":";
    }

    private static JsonObject object(Problem problem, String hint, List<Violation> violations) {
        JsonObject error = new JsonObject()
                .with("code", code(problem.slug()))
                .with("message", problem.detail())
                .with("hint", hint);
        if (!violations.isEmpty()) {
            error.with(
                    "errors",
                    violations.stream()
                            .map(violation -> new JsonObject()
                                    .with("pointer", violation.pointer())
                                    .with("message", violation.message()))
                            .toList());
        }
        return new JsonObject().with("error", error);
    }

    /** {@code not-authenticated} is NOT_AUTHENTICATED. */
    public static String code(String slug) {
        return slug.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    private static List<Violation> violations(Problem problem) {
        return switch (problem) {
            case Problem.Invalid invalid -> invalid.violations();
            case Problem.Malformed malformed -> malformed.violations();
            default -> List.of();
        };
    }

    private String hint(Problem problem) {
        return switch (problem.slug()) {
            case BackendClient.UNREACHABLE ->
                "Start a server with: backendim serve. Or name another one with --server URL.";
            case "not-authenticated", "token-expired", "token-invalid" ->
                "Sign in with: backendim login. The key is in the file admin.key of the server's data folder.";
            case "bad-credentials" -> "The key is in the file admin.key of the server's data folder.";
            case "unknown-command", "unknown-option", "bad-parameter" -> "Help is at: " + command + " --help";
            case "rate-limited", "busy" -> "Try again in a moment.";
            default -> "";
        };
    }
}
