package im.backend.cli;

import im.backend.cli.session.Action;
import im.backend.cli.session.Arguments;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.GlobalOptions;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The command {@code completion}. */
final class CompletionCommand implements Action {
    private String shell = "";

    @Override
    public void declare(Syntax syntax) {
        syntax.argument("SHELL", "bash, zsh or fish.", given -> shell = given);
        syntax.footer(
                "bash: backendim completion bash > ~/.local/share/bash-completion/completions/backendim",
                "zsh:  backendim completion zsh > ~/.zfunc/_backendim   (and fpath+=~/.zfunc before compinit in ~/.zshrc)",
                "fish: backendim completion fish > ~/.config/fish/completions/backendim.fish");
    }

    @Override
    public int run(Session session) {
        session.terminal()
                .answerRaw(
                        switch (shell) {
                            case "bash" -> bash();
                            case "zsh" -> "#compdef backendim\nautoload -U +X bashcompinit && bashcompinit\n" + bash();
                            case "fish" -> fish();
                            default -> throw Arguments.refused("SHELL", shell, "bash, zsh or fish");
                        });
        return ExitCode.DONE.code();
    }

    private static String bash() {
        StringBuilder cases = new StringBuilder();
        options()
                .forEach((words, options) ->
                        cases.append("    \"%s\") words=\"%s\" ;;%n".formatted(words, String.join(" ", options))));
        StringBuilder nouns = new StringBuilder();
        nouns().forEach((noun, verbs) ->
                nouns.append("      %s) words=\"%s\" ;;%n".formatted(noun, String.join(" ", verbs))));
        return """
            _backendim() {
              local current="${COMP_WORDS[COMP_CWORD]}" first="" second="" words="" at
              for ((at = 1; at < COMP_CWORD; at++)); do
                case "${COMP_WORDS[at]}" in
                  %s) at=$((at + 1)) ;;
                  -*) ;;
                  *) if [ -z "$first" ]; then first="${COMP_WORDS[at]}"
                     elif [ -z "$second" ]; then second="${COMP_WORDS[at]}"; fi ;;
                esac
              done
              if [[ "$current" == -* ]]; then
                local called="${first:-version}"
                case " %s " in *" $first "*) called="$first $second" ;; esac
                case "$called" in
            %s    esac
              elif [ -z "$first" ]; then
                words="%s"
              elif [ -z "$second" ]; then
                case "$first" in
                  completion) words="bash zsh fish" ;;
            %s    esac
              fi
              if [ -n "$words" ]; then
                COMPREPLY=($(compgen -W "$words" -- "$current"))
              else
                COMPREPLY=($(compgen -f -- "$current"))
              fi
            }
            complete -o filenames -F _backendim backendim
            """.formatted(
                takingValues(), String.join(" ", nouns().keySet()), cases, String.join(" ", Verb.firstWords()), nouns);
    }

    /** The options of every command that have a value behind them, as a pattern of the shell. */
    private static String takingValues() {
        return GlobalOptions.WITH_VALUE.stream().sorted().collect(Collectors.joining("|"));
    }

    private static String fish() {
        StringBuilder text = new StringBuilder("complete -c backendim -f\n");
        for (Verb verb : Verb.values()) {
            if (!verb.words().contains(" ")) {
                text.append("complete -c backendim -n __fish_use_subcommand -a %s -d '%s'%n"
                        .formatted(verb.words(), verb.summary().replace("'", "\\'")));
            }
        }
        nouns().forEach((noun, verbs) -> text.append(
                "complete -c backendim -n __fish_use_subcommand -a %s%ncomplete -c backendim -n '__fish_seen_subcommand_from %s' -a '%s'%n"
                        .formatted(noun, noun, String.join(" ", verbs))));
        options().forEach((words, options) -> {
            String condition = Arrays.stream(words.split(" "))
                    .map("__fish_seen_subcommand_from "::concat)
                    .collect(Collectors.joining("; and "));
            options.stream()
                    .filter(option -> option.startsWith("--"))
                    .forEach(option -> text.append(
                            "complete -c backendim -n '%s' -l %s%n".formatted(condition, option.substring(2))));
        });
        return text.toString();
    }

    private static Map<String, List<String>> nouns() {
        Map<String, List<String>> nouns = new TreeMap<>();
        for (Verb verb : Verb.values()) {
            String[] words = verb.words().split(" ");
            if (words.length == 2) {
                nouns.computeIfAbsent(words[0], noun -> new ArrayList<>()).add(words[1]);
            }
        }
        return nouns;
    }

    private static Map<String, List<String>> options() {
        Map<String, List<String>> options = new TreeMap<>();
        for (Verb verb : Verb.values()) {
            List<String> names = BackendCommand.syntax(verb).options().stream()
                    .map(Syntax.Option::longestName)
                    .sorted()
                    .toList();
            options.put(verb.words(), names);
            verb.aliases().forEach(alias -> options.put(alias, names));
        }
        return options;
    }
}
