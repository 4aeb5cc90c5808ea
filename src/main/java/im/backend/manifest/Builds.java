package im.backend.manifest;

import im.backend.domain.AppManifest.Build;
import im.backend.domain.Quoted;
import im.backend.yaml.YamlNode;
import im.backend.yaml.YamlNode.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads {@code build:} when it is a mapping. */
record Builds(Section keys, Commands commands, Faults faults) {
    private static final int IGNORE_MAX = 100;
    private static final int PATTERN_LENGTH_MAX = 500;
    private static final int ARGUMENTS_MAX = 100;
    private static final int ARGUMENT_LENGTH_MAX = 4096;
    private static final int PATH_LENGTH_MAX = 500;
    private static final Pattern ARGUMENT_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,99}");

    Build read(Build below) {
        return new Build(commands.read(keys, "command").or(below::command), ignore(), dockerfile(), arguments());
    }

    private List<String> ignore() {
        List<String> ignore = new ArrayList<>();
        for (YamlNode item : keys.items("ignore")) {
            keys.text("build.ignore", item).ifPresent(ignore::add);
        }
        if (ignore.size() > IGNORE_MAX
                || ignore.stream().anyMatch(pattern -> pattern.isBlank() || pattern.length() > PATTERN_LENGTH_MAX)) {
            keys.refuse(
                    Faults.INVALID,
                    "ignore",
                    ignore.size() + " patterns",
                    "<= " + IGNORE_MAX + " patterns of 1 to " + PATTERN_LENGTH_MAX + " characters");
        }
        return ignore;
    }

    private Optional<String> dockerfile() {
        Optional<String> path = keys.text("dockerfile");
        if (path.isPresent() && !isInside(path.get())) {
            keys.refuse(
                    Faults.INVALID,
                    "dockerfile",
                    path.get(),
                    "a path seen from the root of the source, as in deploy/Dockerfile");
            return Optional.empty();
        }
        return path.map(text -> text.startsWith("./") ? text.substring(2) : text);
    }

    private static boolean isInside(String path) {
        String shortened = path.startsWith("./") ? path.substring(2) : path;
        return shortened.length() <= PATH_LENGTH_MAX
                && shortened.chars().noneMatch(Character::isISOControl)
                && List.of(shortened.split("/", -1)).stream()
                        .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
    }

    private SortedMap<String, String> arguments() {
        SortedMap<String, String> arguments = new TreeMap<>();
        List<Entry> entries =
                keys.mapping("args").map(YamlNode.Mapping::entries).orElse(List.of());
        for (Entry entry : entries) {
            String name = keys.nameOf("args." + Quoted.of(entry.key()));
            if (!ARGUMENT_NAME.matcher(entry.key()).matches()) {
                faults.add(
                        Faults.INVALID,
                        entry.at(),
                        name + " (expected: letters, digits and underscores, as in VERSION)");
                continue;
            }
            Optional<String> value = keys.text(name, entry.value());
            if (value.isPresent() && !isPrintable(value.get())) {
                faults.add(
                        Faults.INVALID,
                        entry.value().at(),
                        name + ": " + Quoted.of(value.get()) + " (expected: one line of at most " + ARGUMENT_LENGTH_MAX
                                + " characters)");
            } else {
                value.ifPresent(text -> arguments.put(entry.key(), text));
            }
        }
        if (arguments.size() > ARGUMENTS_MAX) {
            keys.refuse(Faults.INVALID, "args", arguments.size() + " names", "<= " + ARGUMENTS_MAX);
        }
        return arguments;
    }

    private static boolean isPrintable(String value) {
        return value.length() <= ARGUMENT_LENGTH_MAX && value.chars().noneMatch(Character::isISOControl);
    }
}
