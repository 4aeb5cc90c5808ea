package im.backend.cli.session;

import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.problem.Suggestion;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What a command takes on its line, and where each of it goes. Said in calls and not in picocli's annotations: those are
 * read by reflection, with classes that are made anew at every start and that no AOT cache keeps, and that was a third of
 * the time of a small command.
 */
public final class Syntax {
    private static final int HELP_COLUMNS = 100;
    /** picocli's own one looks for Groovy, and so opens the jar and reads the names of all its entries, at each start. */
    private static final CommandLine.IFactory NOTHING_TO_MAKE = new CommandLine.IFactory() {
        @Override
        public <K> K create(Class<K> type) {
            throw new IllegalStateException("no argument is a " + type.getName());
        }
    };

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(null, NOTHING_TO_MAKE);
    /** Called with what was given, and not at all when nothing was. */
    private final Map<ArgSpec, Runnable> receivers = new LinkedHashMap<>();

    /** @param command with the program's name, as the help shows it */
    public Syntax(String command, String summary) {
        spec.name(command);
        spec.usageMessage().description(summary + ".").sortOptions(false).width(HELP_COLUMNS);
    }

    /** @param label of its value, as the help names it; empty when it takes none */
    public record Option(List<String> names, String label, String description) {
        /** The name that tells most. */
        public String longestName() {
            return names.stream()
                    .reduce((one, other) -> other.length() > one.length() ? other : one)
                    .orElseThrow();
        }
    }

    /** @param label as the help names it */
    public record Argument(String label, String description) {}

    /** @param names as {@code -w, --watch} */
    public void flag(String names, String description, Consumer<Boolean> receiver) {
        add(option(names, description).type(boolean.class), receiver);
    }

    /** The one flag that needs nothing else of what is required. */
    void help(String names, String description, Consumer<Boolean> receiver) {
        add(option(names, description).type(boolean.class).usageHelp(true), receiver);
    }

    public void option(String names, String label, String description, Consumer<String> receiver) {
        add(option(names, description).paramLabel(label).type(String.class), receiver);
    }

    /** An option without which there is no command. */
    public void requiredOption(String names, String label, String description, Consumer<String> receiver) {
        add(option(names, description).paramLabel(label).type(String.class).required(true), receiver);
    }

    public void number(String names, String label, String description, IntConsumer receiver) {
        option(names, label, description, value -> receiver.accept(Arguments.number(names, value)));
    }

    /** An option that may be given several times. */
    public void options(String names, String label, String description, Consumer<List<String>> receiver) {
        Consumer<String[]> all = values -> receiver.accept(List.of(values));
        add(option(names, description).paramLabel(label).type(String[].class), all);
    }

    /** The one word that the command needs. */
    public void argument(String label, String description, Consumer<String> receiver) {
        add(argument(label, description).index("0").arity("1").required(true).type(String.class), receiver);
    }

    /** One word or none. */
    public void optionalArgument(String label, String description, Consumer<String> receiver) {
        add(argument(label, description).index("0").arity("0..1").type(String.class), receiver);
    }

    /** One word or more. */
    public void arguments(String label, String description, Consumer<List<String>> receiver) {
        Consumer<String[]> all = values -> receiver.accept(List.of(values));
        add(argument(label, description).arity("1..*").required(true).type(String[].class), all);
    }

    /** What stands below the options in the help. */
    public void footer(String... lines) {
        List<String> below = new ArrayList<>(List.of(lines));
        below.addFirst("");
        spec.usageMessage().footer(below.toArray(String[]::new));
    }

    private static OptionSpec.Builder option(String names, String description) {
        return OptionSpec.builder(names.split(", ")).description(description);
    }

    private static PositionalParamSpec.Builder argument(String label, String description) {
        return PositionalParamSpec.builder().paramLabel(label).description(description);
    }

    private <T> void add(OptionSpec.Builder option, Consumer<T> receiver) {
        OptionSpec built = option.build();
        spec.addOption(built);
        receivers.put(built, () -> receiver.accept(built.getValue()));
    }

    private <T> void add(PositionalParamSpec.Builder argument, Consumer<T> receiver) {
        PositionalParamSpec built = argument.build();
        spec.addPositional(built);
        receivers.put(built, () -> receiver.accept(built.getValue()));
    }

    /** Hands out what was given; fails with Malformed {@code unknown-option} or {@code bad-parameter}. */
    public void parse(List<String> words) {
        try {
            ParseResult given = parser().parseArgs(words.toArray(String[]::new));
            Set<ArgSpec> matched = new HashSet<>(given.matchedOptionsSet());
            matched.addAll(given.matchedPositionalsSet());
            receivers.forEach((argument, receiver) -> {
                if (matched.contains(argument)) {
                    receiver.run();
                }
            });
        } catch (ParameterException wrong) {
            throw refused(wrong);
        }
    }

    private static ProblemException refused(ParameterException wrong) {
        if (wrong instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()
                && unmatched.getUnmatched().getFirst().startsWith("-")) {
            List<String> known = new ArrayList<>(
                    wrong.getCommandLine().getCommandSpec().optionsMap().keySet());
            String option = unmatched.getUnmatched().getFirst();
            int equals = option.indexOf('=');
            return new Problem.Malformed(
                            "unknown-option",
                            Suggestion.unknown("option", equals > 0 ? option.substring(0, equals) : option, known))
                    .asException(wrong);
        }
        return new Problem.Malformed("bad-parameter", String.valueOf(wrong.getMessage())).asException(wrong);
    }

    public String help() {
        return parser().getUsageMessage(CommandLine.Help.Ansi.OFF);
    }

    private CommandLine parser() {
        return new CommandLine(spec, NOTHING_TO_MAKE);
    }

    /** In the order of the help. */
    public List<Option> options() {
        return spec.options().stream()
                .map(option -> new Option(
                        List.of(option.names()),
                        option.arity().max() > 0 ? option.paramLabel() : "",
                        String.join(" ", option.description())))
                .toList();
    }

    public List<Argument> arguments() {
        return spec.positionalParameters().stream()
                .map(argument -> new Argument(argument.paramLabel(), String.join(" ", argument.description())))
                .toList();
    }

    /** The lines of the help below the options. */
    public List<String> footer() {
        return List.of(spec.usageMessage().footer());
    }
}
