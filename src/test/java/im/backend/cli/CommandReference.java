package im.backend.cli;

import im.backend.cli.session.ExitCode;
import im.backend.cli.session.GlobalOptions;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

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
        options(text, CommandSpec.forAnnotatedObject(new GlobalOptions()), List.of());
        List<String> global = CommandSpec.forAnnotatedObject(new GlobalOptions()).options().stream()
                .map(OptionSpec::longestName)
                .toList();
        for (Verb.Group group : Verb.Group.values()) {
            text.append("\n## ").append(group.title()).append('\n');
            for (Verb verb : Verb.values()) {
                if (verb.group() == group) {
                    command(text, verb, global);
                }
            }
        }
        return text.toString();
    }

    private static void command(StringBuilder text, Verb verb, List<String> global) {
        CommandSpec spec =
                BackendCommand.parser(verb, verb.action(), new GlobalOptions()).getCommandSpec();
        text.append("\n### `")
                .append(verb.words())
                .append("`\n\n")
                .append(verb.summary())
                .append('.');
        if (!verb.aliases().isEmpty()) {
            text.append(" Also: `").append(String.join("`, `", verb.aliases())).append("`.");
        }
        text.append("\n\n");
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            text.append("- `")
                    .append(parameter.paramLabel())
                    .append("`: ")
                    .append(description(parameter.description(), parameter.defaultValueString()))
                    .append('\n');
        }
        options(text, spec, global);
        String footer = String.join("\n", spec.usageMessage().footer()).strip();
        if (!footer.isEmpty()) {
            text.append("\n```text\n").append(footer).append("\n```\n");
        }
    }

    private static void options(StringBuilder text, CommandSpec spec, List<String> without) {
        for (OptionSpec option : spec.options()) {
            if (without.contains(option.longestName())) {
                continue;
            }
            String value = option.arity().max() > 0 ? " " + option.paramLabel() : "";
            text.append("- `")
                    .append(String.join("`, `", option.names()))
                    .append(value)
                    .append("`: ")
                    .append(description(
                            option.description(),
                            option.initialValue() == null ? "" : String.valueOf(option.initialValue())))
                    .append('\n');
        }
    }

    private static String description(String[] lines, String fallback) {
        return String.join(" ", lines).replace("${DEFAULT-VALUE}", fallback);
    }
}
