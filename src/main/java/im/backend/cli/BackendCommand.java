package im.backend.cli;

import im.backend.cli.session.Action;
import im.backend.cli.session.ExitCode;
import im.backend.cli.session.Failures;
import im.backend.cli.session.GlobalOptions;
import im.backend.cli.session.Session;
import im.backend.cli.session.Syntax;
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
        Failures failures = new Failures(terminal, args.contains("--json"), args.contains("--debug"), called(args));
        try {
            return find(args);
        } catch (ProblemException failed) {
            return failures.tell(failed);
        } catch (IOException broken) {
            return failures.tell(local(broken).asException(broken));
        } catch (UncheckedIOException broken) {
            return failures.tell(local(broken).asException(broken));
        }
    }

    /** As far as it is known, with the program's name. */
    private static String called(List<String> args) {
        Words words = Words.of(args);
        String first = words.first().orElse("");
        if (Verb.of(first).isEmpty() && Verb.ofNoun(first).isEmpty()) {
            return NAME;
        }
        String both = first + " " + Words.of(words.rest()).first().orElse("");
        return NAME + " " + (Verb.of(both).isPresent() ? both : first);
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
        Syntax syntax = syntax(verb, action, options);
        syntax.parse(args);
        options.apply(terminal);
        if (options.help()) {
            terminal.answerRaw(syntax.help());
            return ExitCode.DONE.code();
        }
        return action.run(new Session(options, terminal, environment, folder, Clock.systemUTC()));
    }

    private static Syntax syntax(Verb verb, Action action, GlobalOptions options) {
        Syntax syntax = new Syntax(NAME + " " + verb.words(), verb.summary());
        action.declare(syntax);
        options.declare(syntax);
        return syntax;
    }

    /** What the command takes, to be looked at. */
    static Syntax syntax(Verb verb) {
        return syntax(verb, verb.action(), new GlobalOptions());
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
