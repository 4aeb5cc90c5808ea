package im.backend.cli;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Failures;
import im.backend.cli.session.GlobalOptions;
import im.backend.cli.session.Session;
import im.backend.cli.terminal.Terminal;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.problem.Suggestion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program itself: finds the command among the arguments, runs it, and words what went wrong. */
public final class BackendCommand {
    static final String NAME = "backendim";

    private final Map<String, String> environment;
    private final Terminal terminal;
    private final Path folder;

    BackendCommand(Map<String, String> environment, Terminal terminal, Path folder) {
        this.environment = environment;
        this.terminal = terminal;
        this.folder = folder;
    }

    /** @return the exit code of the process */
    public static int run(String[] args) {
        Map<String, String> environment = System.getenv();
        return new BackendCommand(
                        environment,
                        Terminal.ofProcess(environment),
                        Path.of("").toAbsolutePath())
                .execute(List.of(args));
    }

    int execute(List<String> args) {
        Failures failures = new Failures(terminal, args.contains("--json"), args.contains("--debug"));
        try {
            return find(args);
        } catch (ProblemException failed) {
            return failures.tell(failed);
        } catch (ParameterException wrong) {
            return failures.tell(usage(wrong).asException(wrong));
        } catch (IOException broken) {
            return failures.tell(local(broken).asException(broken));
        } catch (UncheckedIOException broken) {
            return failures.tell(local(broken).asException(broken));
        }
    }

    private int find(List<String> args) throws IOException {
        Words words = Words.of(args);
        if (words.first().isEmpty()) {
            if (args.contains("--version")) {
                return call(Verb.VERSION, without(args, "--version"));
            }
            refuseUnknownOption(args);
            terminal.answerRaw(Help.all());
            return args.isEmpty() || args.contains("-h") || args.contains("--help")
                    ? ExitCode.DONE.code()
                    : ExitCode.USAGE.code();
        }
        String first = words.first().get();
        if (first.equals("help")) {
            List<String> rest = new ArrayList<>(words.rest());
            rest.add("--help");
            return find(rest);
        }
        Optional<Verb> single = Verb.of(first);
        if (single.isPresent()) {
            return call(single.get(), words.rest());
        }
        if (!Verb.ofNoun(first).isEmpty()) {
            return findOfNoun(first, words.rest());
        }
        throw new Problem.Malformed("unknown-command", Suggestion.unknown("command", first, Verb.firstWords()))
                .asException();
    }

    private int findOfNoun(String noun, List<String> rest) throws IOException {
        Words words = Words.of(rest);
        if (words.first().isEmpty()) {
            if (rest.contains("-h") || rest.contains("--help")) {
                terminal.answerRaw(Help.of(noun));
                return ExitCode.DONE.code();
            }
            return call(Verb.ofNoun(noun).getFirst(), rest);
        }
        Optional<Verb> verb = Verb.of(noun + " " + words.first().get());
        if (verb.isPresent()) {
            return call(verb.get(), words.rest());
        }
        List<String> known = Verb.ofNoun(noun).stream()
                .map(one -> one.words().substring(noun.length() + 1))
                .toList();
        throw new Problem.Malformed(
                        "unknown-command",
                        noun + ": "
                                + Suggestion.unknown("command", words.first().get(), known))
                .asException();
    }

    private int call(Verb verb, List<String> args) throws IOException {
        GlobalOptions options = new GlobalOptions();
        Action action = verb.action();
        CommandLine parser = parser(verb, action, options);
        parser.parseArgs(args.toArray(String[]::new));
        options.apply(terminal);
        if (options.help()) {
            terminal.answerRaw(parser.getUsageMessage(CommandLine.Help.Ansi.OFF));
            return ExitCode.DONE.code();
        }
        return action.run(new Session(options, terminal, environment, folder, Clock.systemUTC()));
    }

    static CommandLine parser(Verb verb, Action action, GlobalOptions options) {
        CommandLine parser = new CommandLine(action);
        parser.getCommandSpec()
                .name(NAME + " " + verb.words())
                .addMixin("global", CommandLine.Model.CommandSpec.forAnnotatedObject(options));
        parser.getCommandSpec()
                .usageMessage()
                .description(verb.summary() + ".")
                .sortOptions(false)
                .width(100);
        parser.setUnmatchedOptionsArePositionalParams(false);
        return parser;
    }

    private static Problem usage(ParameterException wrong) {
        if (wrong instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()
                && unmatched.getUnmatched().getFirst().startsWith("-")) {
            List<String> known = new ArrayList<>(
                    wrong.getCommandLine().getCommandSpec().optionsMap().keySet());
            String option = unmatched.getUnmatched().getFirst();
            int equals = option.indexOf('=');
            return new Problem.Malformed(
                    "unknown-option",
                    Suggestion.unknown("option", equals > 0 ? option.substring(0, equals) : option, known));
        }
        return new Problem.Malformed("bad-parameter", String.valueOf(wrong.getMessage()));
    }

    private static Problem local(Exception broken) {
        return new Problem.Malformed("file-unreadable", String.valueOf(broken.getMessage()));
    }

    private static void refuseUnknownOption(List<String> args) {
        List<String> known = List.of("--help", "-h", "--version", "--json", "--no-color", "-q", "--quiet", "--debug");
        for (String arg : args) {
            if (!known.contains(arg)) {
                throw new Problem.Malformed("unknown-option", Suggestion.unknown("option", arg, known)).asException();
            }
        }
    }

    private static List<String> without(List<String> args, String option) {
        return args.stream().filter(arg -> !arg.equals(option)).toList();
    }
}
