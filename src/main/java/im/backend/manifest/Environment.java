package im.backend.manifest;

import im.backend.domain.EnvName;
import im.backend.domain.EnvValue;
import im.backend.domain.Quoted;
import im.backend.problem.ProblemException;
import im.backend.yaml.YamlNode;
import im.backend.yaml.YamlNode.Entry;
import im.backend.yaml.YamlNode.Position;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads {@code env:} as the seed's list of {@code NAME=value} or as a mapping. Values are text, whatever YAML makes of them. */
final class Environment {
    private static final String LIST_EXPECTED = "NAME=value or NAME=secret:its_name";

    private final ManifestLimits limits;
    private final Faults faults;
    private final SortedMap<EnvName, EnvValue> entries = new TreeMap<>();
    private int bytes;

    private Environment(ManifestLimits limits, Faults faults) {
        this.limits = limits;
        this.faults = faults;
    }

    static SortedMap<EnvName, EnvValue> read(YamlNode node, ManifestLimits limits, Faults faults) {
        return new Environment(limits, faults).read(node);
    }

    private SortedMap<EnvName, EnvValue> read(YamlNode node) {
        switch (node) {
            case YamlNode.Mapping mapping -> mapping.entries().forEach(this::readEntry);
            case YamlNode.Sequence list -> list.items().forEach(this::readItem);
            case YamlNode.Scalar scalar ->
                faults.add(
                        Faults.ENV,
                        node.at(),
                        "env: " + Quoted.of(scalar.text()) + " (expected: a list of " + LIST_EXPECTED
                                + ", or a mapping)");
        }
        if (entries.size() > limits.envNamesMax() || bytes > limits.envBytesMax()) {
            faults.add(
                    Faults.ENV,
                    node.at(),
                    "env: " + entries.size() + " names with " + bytes + " bytes (expected: <= " + limits.envNamesMax()
                            + " names, <= " + limits.envBytesMax() + " bytes)");
        }
        return entries;
    }

    private void readEntry(Entry entry) {
        if (entry.value() instanceof YamlNode.Scalar scalar) {
            put(entry.at(), entry.key(), scalar.isNull() ? "" : scalar.text());
            return;
        }
        faults.add(
                Faults.ENV,
                entry.value().at(),
                "env " + entry.key() + ": " + entry.value().kind() + " (expected: a single value)");
    }

    private void readItem(YamlNode item) {
        if (item instanceof YamlNode.Scalar scalar && scalar.text().indexOf('=') > 0) {
            int equals = scalar.text().indexOf('=');
            put(item.at(), scalar.text().substring(0, equals), scalar.text().substring(equals + 1));
            return;
        }
        String found = item instanceof YamlNode.Scalar scalar ? Quoted.of(scalar.text()) : item.kind();
        faults.add(Faults.ENV, item.at(), "env: " + found + " (expected: " + LIST_EXPECTED + ")");
    }

    private void put(Position at, String name, String value) {
        try {
            bytes += name.length() + value.length();
            if (entries.put(new EnvName(name), EnvValue.parse(value)) != null) {
                faults.add(Faults.ENV, at, "env: " + name + " is there twice (expected: once)");
            }
        } catch (ProblemException refused) {
            faults.add(at, "env " + Quoted.of(name), refused);
        }
    }
}
