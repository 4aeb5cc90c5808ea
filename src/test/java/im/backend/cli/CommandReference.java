package im.backend.cli;

import im.backend.cli.session.ExitCode;
import im.backend.cli.session.GlobalOptions;
import im.backend.cli.session.Syntax;
import java.util.List;

/** docs/cli.md as it must be: every command, argument and exit code of the program. */
final class CommandReference {
    private CommandReference() {}

    static String text() {
        StringBuilder text = new StringBuilder("""
            # The command line

            Generated from the commands themselves; a test fails when it is not up to date
            (`-Dbackendim.docs.update=true` writes it anew).

            Answers go to stdout; progress, notes and errors go to stderr. `--json` gives one JSON object on stdout; a stream
            (`deploy`, `logs --follow`, `run`) gives one a line, the result last. An error is then
            `{"error":{"code":"NOT_FOUND","message":"...","hint":"..."}}`. Colour and moving lines are only used on a
            terminal, and never under `NO_COLOR`, `TERM=dumb` or `--no-color`.

            A command of two words may be written with a colon: `secret:set`. A noun alone is its first command: `env` is
            `env list`.

            ## Which server, project and key

            | | in this order |
            | --- | --- |
            | server | `--server`, `BACKENDIM_URL`, the one signed in to last, the one this user runs on this machine |
            | key | `BACKENDIM_TOKEN`, the one of `login`, the `admin.key` of this user's own server |
            | project | `-p`, `BACKENDIM_PROJECT`, `name:` in backend.yml, the folder's name |

            `login` keeps the key in `$XDG_CONFIG_HOME/backendim/credentials.json` (mode 0600).

            ## Exit codes

            | code | meaning |
            | --- | --- |
            """);
        for (ExitCode code : ExitCode.values()) {
            text.append("| ")
                    .append(code.code())
                    .append(" | ")
                    .append(code.meaning())
                    .append(" |\n");
        }
        text.append("\n`run` ends with the exit code of the command that it ran.\n\n## Options of every command\n\n");
        Syntax everywhere = new Syntax("", "");
        new GlobalOptions().declare(everywhere);
        options(text, everywhere, List.of());
        for (Verb.Group group : Verb.Group.values()) {
            text.append("\n## ").append(group.title()).append('\n');
            for (Verb verb : Verb.values()) {
                if (verb.group() == group) {
                    command(text, verb, everywhere.options());
                }
            }
        }
        return text.toString();
    }

    private static void command(StringBuilder text, Verb verb, List<Syntax.Option> global) {
        Syntax syntax = BackendCommand.syntax(verb);
        text.append("\n### `")
                .append(verb.words())
                .append("`\n\n")
                .append(verb.summary())
                .append('.');
        if (!verb.aliases().isEmpty()) {
            text.append(" Also: `").append(String.join("`, `", verb.aliases())).append("`.");
        }
        text.append("\n\n");
        syntax.arguments()
                .forEach(argument -> text.append("- `" + argument.label() + "`: " + argument.description() + "\n"));
        options(text, syntax, global);
        String footer = String.join("\n", syntax.footer()).strip();
        if (!footer.isEmpty()) {
            text.append("\n```text\n").append(footer).append("\n```\n");
        }
    }

    private static void options(StringBuilder text, Syntax syntax, List<Syntax.Option> without) {
        for (Syntax.Option option : syntax.options()) {
            if (without.contains(option)) {
                continue;
            }
            text.append("- `")
                    .append(String.join("`, `", option.names()))
                    .append(option.label().isEmpty() ? "" : " " + option.label())
                    .append("`: ")
                    .append(option.description())
                    .append('\n');
        }
    }
}
