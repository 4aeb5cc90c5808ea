package im.backend.eject;

import im.backend.domain.Command;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Commands and amounts in the spellings of other platforms. */
final class Words {
    private static final Pattern VARIABLE =
            Pattern.compile("\\$(?:([A-Za-z_][A-Za-z0-9_]*)|\\{([A-Za-z_][A-Za-z0-9_]*)})");

    private Words() {}

    /** The exec form of a Dockerfile; a shell stands in it only when there are variables to fill in. */
    static String exec(Command command) {
        if (command.words().stream().noneMatch(Words::hasVariable)) {
            return json(command.resolve(Map.of()));
        }
        String line = command.words().stream().map(Words::shell).collect(Collectors.joining(" "));
        return json(List.of("/bin/sh", "-c", "exec " + line));
    }

    /** A text in which Kubernetes fills in nothing. */
    static String literal(String text) {
        return text.replace("$", "$$");
    }

    /** In the largest unit of which it is a whole number. */
    static String bytes(long count) {
        if (count % (1L << 30) == 0) {
            return (count >> 30) + "Gi";
        }
        return count % (1L << 20) == 0 ? (count >> 20) + "Mi" : Long.toString(count);
    }

    static String json(List<String> words) {
        return words.stream().map(Words::quoted).collect(Collectors.joining(", ", "[", "]"));
    }

    /** In double quotes, where JSON, YAML and a Dockerfile agree on every escape that is used here. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> quoted.append(c < ' ' ? "\\u%04x".formatted((int) c) : String.valueOf(c));
            }
        }
        return quoted.append('"').toString();
    }

    private static boolean hasVariable(Command.Word word) {
        return word.parts().stream()
                .anyMatch(part -> part.expand() && VARIABLE.matcher(part.text()).find());
    }

    /** In double quotes a shell fills in variables and splits nothing. */
    private static String shell(Command.Word word) {
        StringBuilder text = new StringBuilder();
        for (Command.Part part : word.parts()) {
            String safe =
                    part.text().replace("\\", "\\\\").replace("\"", "\\\"").replace("`", "\\`");
            text.append(part.expand() ? safe : safe.replace("$", "\\$"));
        }
        boolean plain = text.chars().allMatch(c -> Character.isLetterOrDigit(c) || "-_./:=,@%+".indexOf(c) >= 0);
        return plain && !text.isEmpty() ? text.toString() : "\"" + text + "\"";
    }
}
