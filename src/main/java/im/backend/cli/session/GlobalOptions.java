package im.backend.cli.session;

import im.backend.cli.terminal.Terminal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command understands, before or after its own name. */
public final class GlobalOptions {
    /** Those that take a value, so that the command's name is not looked for in it. */
    public static final List<String> WITH_VALUE = List.of("-p", "--project", "-a", "--app", "--server", "--timeout");

    @Option(
            names = {"-p", "--project", "-a", "--app"},
            paramLabel = "NAME",
            description =
                    "Project, by name or id. Default: BACKENDIM_PROJECT, the name in backend.yml, this folder's name.")
    @Nullable
    String project;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "Server to talk to. Default: BACKENDIM_URL, the one signed in to, the one on this machine.")
    @Nullable
    String server;

    @Option(names = "--json", description = "Print JSON on stdout: one object, or one a line for a stream.")
    boolean json;

    @Option(
            names = {"-y", "--yes"},
            description = "Ask nothing. A project is only deleted with --confirm NAME all the same.")
    boolean yes;

    @Option(names = "--no-input", description = "Never ask; fail where an answer would be needed.")
    boolean noInput;

    @Option(names = "--no-color", description = "No colour, as with NO_COLOR=1.")
    boolean noColor;

    @Option(
            names = {"-q", "--quiet"},
            description = "Only the answer itself, no progress.")
    boolean quiet;

    @Option(names = "--debug", description = "Show the stack trace of a failure.")
    boolean debug;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "Wait at most so long for the server or a deployment, as 30s or 10m.")
    @Nullable
    String timeout;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

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
