package im.backend.manifest;

import im.backend.domain.Quoted;
import im.backend.problem.ProblemException;
import im.backend.problem.Suggestion;
import im.backend.yaml.YamlNode;
import im.backend.yaml.YamlNode.Entry;
import im.backend.yaml.YamlNode.Position;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One mapping of backend.yml whose keys are known beforehand. A fault is noted and answered with "absent", so that
 * reading goes on to the next key.
 */
final class Section {
    private static final String EXTENSION_PREFIX = "x-";

    private final String prefix;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Position at;
    private final Faults faults;

    /** @param prefix what stands before a key in a message, as {@code resources.}, or nothing at the top */
    Section(String prefix, YamlNode.Mapping mapping, List<String> keys, Faults faults) {
        this.prefix = prefix;
        this.at = mapping.at();
        this.faults = faults;
        for (Entry entry : mapping.entries()) {
            if (keys.contains(entry.key())) {
                entries.put(entry.key(), entry);
            } else if (!entry.key().startsWith(EXTENSION_PREFIX)) {
                String place = prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1) + ": ";
                faults.add(Faults.INVALID, entry.at(), place + Suggestion.unknown("key", entry.key(), keys));
            }
        }
    }

    Position at() {
        return at;
    }

    String nameOf(String key) {
        return prefix + key;
    }

    /** The value of a key that is there and not empty. */
    Optional<YamlNode> value(String key) {
        Entry entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        if (entry.value() instanceof YamlNode.Scalar scalar && scalar.isNull()) {
            faults.add(Faults.INVALID, entry.at(), nameOf(key) + " has no value (expected: one, or no such line)");
            return Optional.empty();
        }
        return Optional.of(entry.value());
    }

    Optional<String> text(String key) {
        return value(key).flatMap(node -> text(nameOf(key), node));
    }

    Optional<String> text(String name, YamlNode node) {
        if (node instanceof YamlNode.Scalar scalar) {
            return Optional.of(scalar.text());
        }
        faults.add(Faults.INVALID, node.at(), name + ": " + node.kind() + " (expected: a single value)");
        return Optional.empty();
    }

    /** The value as a domain type makes it; what the type refuses is a fault here. */
    <T> Optional<T> parsed(String key, Function<String, T> parse) {
        return value(key).flatMap(node -> parsed(nameOf(key), node, parse));
    }

    <T> Optional<T> parsed(String name, YamlNode node, Function<String, T> parse) {
        return text(name, node).flatMap(text -> {
            try {
                return Optional.of(parse.apply(text));
            } catch (ProblemException refused) {
                faults.add(node.at(), name, refused);
                return Optional.empty();
            }
        });
    }

    /**
     * An amount between two bounds.
     *
     * @param expected how an allowed value looks, as {@code 16Mi to 256Gi, as in 512Mi}
     */
    <T extends Comparable<T>> Optional<T> amount(
            String key, Function<String, Optional<T>> parse, T min, T max, String expected) {
        Optional<YamlNode> node = value(key);
        Optional<String> text = node.flatMap(found -> text(nameOf(key), found));
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<T> amount =
                parse.apply(text.get()).filter(value -> value.compareTo(min) >= 0 && value.compareTo(max) <= 0);
        if (amount.isEmpty()) {
            refuse(Faults.INVALID, key, text.get(), expected);
        }
        return amount;
    }

    Optional<Boolean> flag(String key) {
        Optional<String> text = text(key);
        if (text.isPresent() && !text.get().equals("true") && !text.get().equals("false")) {
            refuse(Faults.INVALID, key, text.get(), "true or false");
            return Optional.empty();
        }
        return text.map("true"::equals);
    }

    Optional<YamlNode.Mapping> mapping(String key) {
        Optional<YamlNode> node = value(key);
        if (node.isPresent() && !(node.get() instanceof YamlNode.Mapping)) {
            faults.add(
                    Faults.INVALID,
                    node.get().at(),
                    nameOf(key) + ": " + node.get().kind() + " (expected: a mapping of keys to values)");
            return Optional.empty();
        }
        return node.map(YamlNode.Mapping.class::cast);
    }

    /** A list, or a single value in place of a list of one. */
    List<YamlNode> items(String key) {
        Optional<YamlNode> node = value(key);
        if (node.isEmpty()) {
            return List.of();
        }
        return node.get() instanceof YamlNode.Sequence sequence ? sequence.items() : List.of(node.get());
    }

    void refuse(String slug, String key, String value, String expected) {
        Entry entry = entries.get(key);
        Position place = entry == null ? at : entry.value().at();
        faults.add(slug, place, nameOf(key) + ": " + Quoted.of(value) + " (expected: " + expected + ")");
    }
}
