package im.backend.yaml;

import im.backend.yaml.YamlException.Fault;
import im.backend.yaml.YamlNode.Entry;
import im.backend.yaml.YamlNode.Position;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.events.SequenceStartEvent;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * Reads one hostile document. Works on the parser's events and never on its object builder, so there is no tag that
 * could make an object; aliases, depth and the number of values after aliases are expanded are limited. JSON is read as
 * the YAML that it is.
 */
public final class YamlReader {
    public static final int ALIASES_MAX = 50;
    public static final int DEPTH_MAX = 20;
    public static final int VALUES_MAX = 10_000;

    private final ParserImpl events;
    private final Map<String, Anchored> anchors = new HashMap<>();
    private int aliases;
    private int values;

    private record Anchored(YamlNode node, int values) {}

    private YamlReader(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(Integer.MAX_VALUE);
        events = new ParserImpl(new StreamReader(text), options);
    }

    /**
     * The document in {@code bytes}; an empty one is an empty mapping.
     *
     * @throws YamlException when it is larger than {@code bytesMax}, is not UTF-8, breaks the grammar or a limit
     */
    public static YamlNode read(byte[] bytes, int bytesMax) {
        if (bytes.length > bytesMax) {
            throw new YamlException(
                    Fault.TOO_COMPLEX, Position.START, bytes.length + " bytes (expected: <= " + bytesMax + ")");
        }
        String text = decode(bytes);
        return read(text.stripLeading().startsWith("{") ? asYaml(text) : text);
    }

    /** JSON may be indented with tabs, which in it only stand between values, and may write a slash as {@code \/}. */
    private static String asYaml(String json) {
        StringBuilder yaml = new StringBuilder(json.length());
        boolean quoted = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (quoted && c == '\\' && i + 1 < json.length()) {
                i++;
                yaml.append(json.charAt(i) == '/' ? "" : "\\").append(json.charAt(i));
                continue;
            }
            quoted ^= c == '"';
            yaml.append(c == '\t' ? ' ' : c);
        }
        return yaml.toString();
    }

    private static String decode(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException notUtf8) {
            throw new YamlException(Fault.SYNTAX, Position.START, "the text is not UTF-8 (expected: UTF-8)");
        }
    }

    private static YamlNode read(String text) {
        try {
            return new YamlReader(text).document();
        } catch (MarkedYAMLException broken) {
            throw new YamlException(Fault.SYNTAX, position(broken.getProblemMark()), describe(broken));
        } catch (ReaderException character) {
            throw new YamlException(
                    Fault.SYNTAX,
                    positionOf(text, character.getPosition()),
                    "the character U+%04X is not allowed (expected: text)".formatted(character.getCodePoint()));
        } catch (YAMLException broken) {
            throw new YamlException(Fault.SYNTAX, Position.START, String.valueOf(broken.getMessage()));
        }
    }

    private YamlNode document() {
        events.getEvent(); // the start of the stream
        if (events.checkEvent(Event.ID.StreamEnd)) {
            return new YamlNode.Mapping(Position.START, List.of());
        }
        events.getEvent(); // the start of the document
        YamlNode root = node(0);
        events.getEvent(); // the end of the document
        if (!events.checkEvent(Event.ID.StreamEnd)) {
            throw new YamlException(
                    Fault.SYNTAX, start(events.peekEvent()), "a second document (expected: one document)");
        }
        boolean empty = root instanceof YamlNode.Scalar scalar && scalar.isNull();
        return empty ? new YamlNode.Mapping(Position.START, List.of()) : root;
    }

    private YamlNode node(int depth) {
        Event event = events.getEvent();
        Position at = start(event);
        if (depth > DEPTH_MAX) {
            throw new YamlException(Fault.TOO_COMPLEX, at, "nested too deeply (expected: <= " + DEPTH_MAX + " levels)");
        }
        if (event instanceof AliasEvent alias) {
            return resolve(alias, at);
        }
        int before = values;
        count(1, at);
        YamlNode node = switch (event) {
            case ScalarEvent scalar -> {
                refuseTag(scalar.getTag(), at);
                yield new YamlNode.Scalar(at, scalar.getValue(), scalar.isPlain());
            }
            case SequenceStartEvent sequence -> {
                refuseTag(sequence.getTag(), at);
                yield sequence(at, depth);
            }
            case MappingStartEvent mapping -> {
                refuseTag(mapping.getTag(), at);
                yield mapping(at, depth);
            }
            default -> throw new IllegalStateException("no value begins with " + event);
        };
        String anchor = ((NodeEvent) event).getAnchor();
        if (anchor != null) {
            anchors.put(anchor, new Anchored(node, values - before));
        }
        return node;
    }

    private YamlNode sequence(Position at, int depth) {
        List<YamlNode> items = new ArrayList<>();
        while (!events.checkEvent(Event.ID.SequenceEnd)) {
            items.add(node(depth + 1));
        }
        events.getEvent();
        return new YamlNode.Sequence(at, items);
    }

    private YamlNode mapping(Position at, int depth) {
        List<Entry> entries = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        while (!events.checkEvent(Event.ID.MappingEnd)) {
            YamlNode key = node(depth + 1);
            if (!(key instanceof YamlNode.Scalar(Position keyAt, String name, boolean plain))) {
                throw new YamlException(Fault.SYNTAX, key.at(), "a key is " + key.kind() + " (expected: a word)");
            }
            if (!keys.add(name)) {
                throw new YamlException(Fault.SYNTAX, keyAt, "the key " + name + " is there twice (expected: once)");
            }
            entries.add(new Entry(keyAt, name, node(depth + 1)));
        }
        events.getEvent();
        return new YamlNode.Mapping(at, entries);
    }

    private YamlNode resolve(AliasEvent alias, Position at) {
        aliases++;
        if (aliases > ALIASES_MAX) {
            throw new YamlException(Fault.TOO_COMPLEX, at, "too many aliases (expected: <= " + ALIASES_MAX + ")");
        }
        Anchored anchored = anchors.get(alias.getAnchor());
        if (anchored == null) {
            throw new YamlException(Fault.SYNTAX, at, "the alias *" + alias.getAnchor() + " has no anchor before it");
        }
        count(anchored.values(), at);
        return anchored.node();
    }

    private void count(int further, Position at) {
        values += further;
        if (values > VALUES_MAX) {
            throw new YamlException(Fault.TOO_COMPLEX, at, "too many values (expected: <= " + VALUES_MAX + ")");
        }
    }

    private static void refuseTag(@Nullable String tag, Position at) {
        if (tag != null) {
            throw new YamlException(Fault.TAG, at, "the tag " + tag + " (expected: plain values without tags)");
        }
    }

    private static String describe(MarkedYAMLException broken) {
        String problem = String.valueOf(broken.getProblem());
        if (problem.contains("\\t")) {
            return "a tab (expected: spaces for indentation)";
        }
        if (problem.startsWith("mapping values are not allowed")) {
            return "a second \": \" on the line, or wrong indentation (expected: quotes around text with a colon)";
        }
        if (String.valueOf(broken.getContext()).contains("alias") || problem.contains("cannot start any token")) {
            return "a sign that means something to YAML (expected: quotes around text that begins with it, as in"
                    + " \"*/5 * * * *\" or \"@daily\")";
        }
        return problem + " (expected: YAML)";
    }

    private static Position start(Event event) {
        return position(event.getStartMark());
    }

    private static Position position(@Nullable Mark mark) {
        return mark == null ? Position.START : new Position(mark.getLine() + 1, mark.getColumn() + 1);
    }

    private static Position positionOf(String text, int index) {
        String before = text.substring(0, Math.min(index, text.length()));
        int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        return new Position(line, before.length() - before.lastIndexOf('\n'));
    }
}
