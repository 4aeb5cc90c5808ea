package im.backend.manifest;

import im.backend.domain.Command;
import im.backend.problem.Problem;
import im.backend.yaml.YamlNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a command in either spelling: one line, or a list of arguments that is taken as it stands. */
final class Commands {
    private static final int ARGUMENTS_MAX = 100;

    private final Faults faults;

    Commands(Faults faults) {
        this.faults = faults;
    }

    Optional<Command> read(Section section, String key) {
        return section.value(key).flatMap(node -> read(section, section.nameOf(key), node));
    }

    Optional<Command> read(Section section, String name, YamlNode node) {
        return switch (node) {
            case YamlNode.Sequence list -> ofList(section, name, list);
            case YamlNode.Scalar line -> section.parsed(name, line, Command::parse);
            case YamlNode.Mapping mapping -> {
                faults.add(
                        Faults.INVALID,
                        node.at(),
                        name + ": a mapping (expected: a command line or a list of arguments)");
                yield Optional.empty();
            }
        };
    }

    private Optional<Command> ofList(Section section, String name, YamlNode.Sequence list) {
        List<String> arguments = new ArrayList<>();
        for (YamlNode item : list.items()) {
            section.parsed(name, item, Commands::argument).ifPresent(arguments::add);
        }
        boolean fits = arguments.stream().mapToInt(String::length).sum() <= Command.LENGTH_MAX;
        if (arguments.isEmpty() || arguments.getFirst().isBlank() || arguments.size() > ARGUMENTS_MAX || !fits) {
            faults.add(
                    Faults.INVALID,
                    list.at(),
                    name + ": a list of " + arguments.size() + " (expected: a program and at most " + ARGUMENTS_MAX
                            + " arguments, " + Command.LENGTH_MAX + " characters in all)");
            return Optional.empty();
        }
        return Optional.of(Command.ofWords(arguments));
    }

    private static String argument(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new Problem.Invalid(Faults.INVALID, "argument: has a NUL character (expected: none)").asException();
        }
        return text;
    }
}
