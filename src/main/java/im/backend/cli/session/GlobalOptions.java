package im.backend.cli.session;

import im.backend.cli.terminal.Terminal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What every command understands, before or after its own name. */
public final class GlobalOptions {
    /** Those that take a value, so that the command's name is not looked for in it. */
    public static final List<String> WITH_VALUE = List.of("-p", "--project", "-a", "--app", "--server", "--timeout");

    @Nullable
    String project;

    @Nullable
    String server;

    boolean json;
    boolean noInput;
    private boolean noColor;
    private boolean quiet;

    @Nullable
    String timeout;

    private boolean help;

    public void declare(Syntax syntax) {
        syntax.option(
                "-p, --project, -a, --app",
                "NAME",
                "Project, by name or id. Default: BACKENDIM_PROJECT, the name in backend.yml, this folder's name.",
                given -> project = given);
        syntax.option(
                "--server",
                "URL",
                "Server to talk to. Default: BACKENDIM_URL, the one signed in to, the one on this machine.",
                given -> server = given);
        syntax.flag("--json", "Print JSON on stdout: one object, or one a line for a stream.", given -> json = given);
        syntax.flag(
                "-y, --yes", "Ask nothing. A project is only deleted with --confirm NAME all the same.", given -> {});
        syntax.flag("--no-input", "Never ask; fail where an answer would be needed.", given -> noInput = given);
        syntax.flag("--no-color", "No colour, as with NO_COLOR=1.", given -> noColor = given);
        syntax.flag("-q, --quiet", "Only the answer itself, no progress.", given -> quiet = given);
        syntax.flag("--debug", "Show the stack trace of a failure.", given -> {});
        syntax.option(
                "--timeout",
                "TIME",
                "Wait at most so long for the server or a deployment, as 30s or 10m.",
                given -> timeout = given);
        syntax.help("-h, --help", "Show this help.", given -> help = given);
    }

    public boolean help() {
        return help;
    }

    public void apply(Terminal terminal) {
        if (noColor) {
            terminal.withoutColour();
        }
        if (quiet) {
            terminal.quiet();
        }
    }
}
