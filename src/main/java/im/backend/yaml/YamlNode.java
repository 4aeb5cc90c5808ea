package im.backend.yaml;

import java.util.List;

/** One value of a document. Scalars keep the text that was written: what it means is for the reader of the key to say. */
public sealed interface YamlNode {
    Position at();

    /** Place in the text, both counted from 1. */
    record Position(int line, int column) {
        public static final Position START = new Position(1, 1);

        @Override
        public String toString() {
            return line + ":" + column;
        }
    }

    /** @param plain written without quotes, so that {@code ~}, {@code null} and nothing at all mean "no value" */
    record Scalar(Position at, String text, boolean plain) implements YamlNode {
        public boolean isNull() {
            return plain && (text.isEmpty() || text.equals("~") || text.equals("null"));
        }
    }

    record Sequence(Position at, List<YamlNode> items) implements YamlNode {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /** @param entries in the order written, without a key twice */
    record Mapping(Position at, List<Entry> entries) implements YamlNode {
        public Mapping {
            entries = List.copyOf(entries);
        }
    }

    record Entry(Position at, String key, YamlNode value) {}

    /** As a message names it: {@code a list}. */
    default String kind() {
        return switch (this) {
            case Scalar scalar -> scalar.isNull() ? "nothing" : "a single value";
            case Sequence sequence -> "a list";
            case Mapping mapping -> "a mapping";
        };
    }
}
