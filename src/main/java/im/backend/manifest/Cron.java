package im.backend.manifest;

import im.backend.domain.AppManifest.CronEntry;
import im.backend.domain.Command;
import im.backend.domain.Quoted;
import im.backend.domain.Schedule;
import im.backend.yaml.YamlNode;
import im.backend.yaml.YamlNode.Entry;
import im.backend.yaml.YamlNode.Mapping;
import im.backend.yaml.YamlNode.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code cron:}, a list of commands and when they are run. */
final class Cron {
    static final List<String> KEYS = List.of("name", "schedule", "command", "timeout");
    static final int COUNT_MAX = 20;
    private static final int NAME_LENGTH_MAX = 30;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final String NAME_DEFAULT = "job-";
    private static final Duration TIMEOUT_MIN = Duration.ofSeconds(1);
    private static final Duration TIMEOUT_MAX = Duration.ofHours(24);

    private final Faults faults;
    private final Commands commands;
    private final List<CronEntry> entries = new ArrayList<>();

    private Cron(Faults faults) {
        this.faults = faults;
        this.commands = new Commands(faults);
    }

    static List<CronEntry> read(Section top, String key, Faults faults) {
        return top.value(key).map(node -> new Cron(faults).entries(node)).orElse(List.of());
    }

    /** Those of an app.json, in which other tools keep keys of their own. */
    static List<CronEntry> foreign(YamlNode node, Faults faults) {
        return new Cron(faults).entries(node instanceof YamlNode.Sequence list ? known(list) : node);
    }

    private static YamlNode known(YamlNode.Sequence list) {
        return new YamlNode.Sequence(
                list.at(), list.items().stream().map(Cron::known).toList());
    }

    private static YamlNode known(YamlNode item) {
        return item instanceof Mapping mapping
                ? new Mapping(
                        mapping.at(),
                        mapping.entries().stream()
                                .filter(entry -> KEYS.contains(entry.key()))
                                .toList())
                : item;
    }

    private List<CronEntry> entries(YamlNode node) {
        if (!(node instanceof YamlNode.Sequence list)) {
            faults.add(
                    Faults.INVALID, node.at(), "cron: " + node.kind() + " (expected: a list of {schedule, command})");
            return List.of();
        }
        if (list.items().size() > COUNT_MAX) {
            faults.add(
                    Faults.INVALID,
                    list.at(),
                    "cron: " + list.items().size() + " entries (expected: <= " + COUNT_MAX + ")");
            return List.of();
        }
        for (int index = 0; index < list.items().size(); index++) {
            YamlNode item = list.items().get(index);
            if (item instanceof Mapping mapping) {
                readEntry(mapping, NAME_DEFAULT + (index + 1));
            } else {
                faults.add(
                        Faults.INVALID,
                        item.at(),
                        "cron: " + item.kind() + " (expected: a mapping {schedule, command})");
            }
        }
        return entries;
    }

    /** @param usual the name of one that says none, after its place in the list */
    private void readEntry(Mapping mapping, String usual) {
        Section section = new Section("cron.", mapping, KEYS, faults);
        String name = section.text("name").orElse(usual);
        requireName(place(mapping), name);
        Optional<Schedule> schedule = section.parsed("schedule", Schedule::new);
        Optional<Command> command = commands.read(section, "command");
        Optional<Duration> timeout =
                section.amount("timeout", Quantity::span, TIMEOUT_MIN, TIMEOUT_MAX, "1s to 24h, as in 30m");
        requireKey(mapping, "schedule", "as in \"*/5 * * * *\" or @daily");
        requireKey(mapping, "command", "as in python report.py");
        if (schedule.isPresent() && command.isPresent()) {
            entries.add(new CronEntry(name, schedule.get(), command.get(), timeout.orElse(CronEntry.TIMEOUT_DEFAULT)));
        }
    }

    private void requireName(Position at, String name) {
        if (name.length() > NAME_LENGTH_MAX || !NAME.matcher(name).matches()) {
            faults.add(
                    Faults.INVALID,
                    at,
                    "cron.name: " + Quoted.of(name)
                            + " (expected: lower-case letters, digits and single hyphens, starting with a letter, <= "
                            + NAME_LENGTH_MAX + ")");
        }
        if (entries.stream().anyMatch(entry -> entry.name().equals(name))) {
            faults.add(Faults.INVALID, at, "cron: two entries are named " + name + " (expected: a name each)");
        }
    }

    private void requireKey(Mapping mapping, String key, String example) {
        if (mapping.entries().stream().noneMatch(entry -> entry.key().equals(key))) {
            faults.add(Faults.INVALID, mapping.at(), "cron: no " + key + " (expected: one, " + example + ")");
        }
    }

    private static Position place(Mapping mapping) {
        return mapping.entries().stream()
                .filter(entry -> entry.key().equals("name"))
                .map(Entry::value)
                .map(YamlNode::at)
                .findFirst()
                .orElse(mapping.at());
    }
}
