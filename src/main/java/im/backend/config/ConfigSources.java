package im.backend.config;

import im.backend.problem.Suggestion;
import im.backend.problem.Violation;
import im.backend.yaml.YamlException;
import im.backend.yaml.YamlNode;
import im.backend.yaml.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a file, the environment and flags say of each setting, as text; the source that is read last wins. */
final class ConfigSources {
    private static final String VARIABLE_PREFIX = "BACKENDIM_";
    private static final int FILE_BYTES_MAX = 64 * 1024;

    /** Read by the CLI and the launcher, so that they are no mistyped settings. */
    private static final List<String> OTHER_VARIABLES = List.of(
            ConfigReader.FILE_VARIABLE,
            "BACKENDIM_URL",
            "BACKENDIM_TOKEN",
            "BACKENDIM_PROJECT",
            "BACKENDIM_JAVA_HOME",
            "BACKENDIM_JAVA_OPTIONS");

    private final Map<String, String> environment;
    private final Map<String, Found> found = new HashMap<>();
    private final List<Violation> faults = new ArrayList<>();

    /** @param origin as {@link LoadedConfig.Line} has it */
    record Found(String text, String origin) {}

    ConfigSources(Map<String, String> environment) {
        this.environment = environment;
    }

    /** What was said of a setting, by its key. */
    Map<String, Found> found() {
        return found;
    }

    /** What no setting could take. */
    List<Violation> faults() {
        return faults;
    }

    /** A folder that the user may have moved by one of the XDG variables. */
    Path folder(String variable, String belowHome) {
        String named = environment.get(variable);
        Path base = named == null || named.isBlank()
                ? Path.of(environment.getOrDefault("HOME", ".")).resolve(belowHome)
                : Path.of(named);
        return base.resolve("backendim");
    }

    /** @param asked null takes the one that is named in the environment, else the first of the usual ones that is there */
    void readFile(@Nullable Path asked) {
        configFile(asked).ifPresent(this::readYaml);
    }

    private Optional<Path> configFile(@Nullable Path asked) {
        if (asked != null) {
            return Optional.of(asked);
        }
        String named = environment.get(ConfigReader.FILE_VARIABLE);
        if (named != null && !named.isBlank()) {
            return Optional.of(Path.of(named));
        }
        return List.of(
                        folder("XDG_CONFIG_HOME", ".config").resolve(ConfigReader.FILE_NAME),
                        Path.of("/etc/backendim", ConfigReader.FILE_NAME))
                .stream()
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private void readYaml(Path file) {
        try {
            YamlNode document = YamlReader.read(Files.readAllBytes(file), FILE_BYTES_MAX);
            if (document instanceof YamlNode.Mapping mapping) {
                flatten(file, "", mapping);
            } else {
                fault(
                        file + " " + document.at(),
                        "holds " + document.kind() + " (expected: keys such as server.port:)");
            }
        } catch (YamlException broken) {
            fault(file + " " + broken.at(), String.valueOf(broken.getMessage()));
        } catch (IOException unreadable) {
            fault(file.toString(), "could not be read (expected: a readable file): " + unreadable);
        }
    }

    /** {@code server: {port: 1}} and {@code server.port: 1} are the same. */
    private void flatten(Path file, String prefix, YamlNode.Mapping mapping) {
        for (YamlNode.Entry entry : mapping.entries()) {
            String key = prefix + entry.key();
            String origin = file.getFileName() + " " + entry.at();
            switch (entry.value()) {
                case YamlNode.Scalar scalar -> put(key, scalar.isNull() ? "" : scalar.text(), origin);
                case YamlNode.Mapping nested -> {
                    if (Settings.all().stream()
                            .anyMatch(setting -> setting.key().startsWith(key + "."))) {
                        flatten(file, key + ".", nested);
                    } else {
                        fault(origin, unknown(key));
                    }
                }
                case YamlNode.Sequence list -> put(key, joined(list), origin);
            }
        }
    }

    private static String joined(YamlNode.Sequence list) {
        return list.items().stream()
                .map(item -> item instanceof YamlNode.Scalar scalar ? scalar.text() : item.kind())
                .collect(Collectors.joining(", "));
    }

    void readEnvironment() {
        for (Setting<?> setting : Settings.all()) {
            String text = environment.get(setting.variable());
            if (text != null) {
                put(setting.key(), text, setting.variable());
            }
        }
        List<String> variables = Settings.all().stream().map(Setting::variable).toList();
        environment.keySet().stream()
                .filter(name -> name.startsWith(VARIABLE_PREFIX))
                .filter(name -> !variables.contains(name) && !OTHER_VARIABLES.contains(name))
                .sorted()
                .forEach(name -> fault(name, Suggestion.unknown("variable", name, variables)));
    }

    void readFlags(Map<String, String> flags) {
        flags.forEach((key, text) -> put(key, text, "flag " + key));
    }

    private void put(String key, String text, String origin) {
        if (Settings.all().stream().noneMatch(setting -> setting.key().equals(key))) {
            fault(origin, unknown(key));
            return;
        }
        found.put(key, new Found(text.strip(), origin));
    }

    private static String unknown(String key) {
        return Suggestion.unknown(
                "setting", key, Settings.all().stream().map(Setting::key).toList());
    }

    private void fault(String place, String message) {
        faults.add(new Violation(place, message));
    }
}
