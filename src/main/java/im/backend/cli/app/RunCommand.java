package im.backend.cli.app;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import im.backend.client.JsonObject;
import java.util.List;
import java.util.stream.Collectors;

/** The command {@code run}. */
public final class RunCommand implements Action {
    private List<String> command = List.of();

    @Override
    public void declare(Syntax syntax) {
        syntax.arguments("COMMAND", "Program and arguments; no shell reads them.", given -> command = given);
        syntax.footer(
                "Put -- before a command with options of its own: backendim run -- python manage.py migrate --check");
    }

    @Override
    public int run(Session session) {
        String line = command.size() == 1
                ? command.getFirst()
                : command.stream().map(RunCommand::quoted).collect(Collectors.joining(" "));
        int[] exit = {ExitCode.FAILED.code()};
        session.client()
                .lines("POST", session.projectPath() + "/run", new JsonObject().with("command", line), event -> {
                    if (session.json()) {
                        session.terminal().answer(event.toString());
                    } else {
                        event.text("line").ifPresent(session.terminal()::answer);
                    }
                    exit[0] = (int) event.number("exitCode", exit[0]);
                });
        return exit[0];
    }

    /** The server splits the line as a POSIX shell would; each argument stays one. */
    static String quoted(String argument) {
        boolean harmless = !argument.isEmpty()
                && argument.chars().allMatch(c -> Character.isLetterOrDigit(c) || "-_./:=,@%+$".indexOf(c) >= 0);
        return harmless ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
