package im.backend.domain;

import im.backend.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A command line of backend.yml or a Procfile as an argument list. Words are split at blanks, quotes group as in a POSIX
 * shell, and {@code $NAME} or {@code ${NAME}} is replaced from the app's environment when it starts. No shell ever sees
 * it: operators such as {@code &&} are refused with the remedy.
 *
 * @param text as the user wrote it
 */
public record Command(String text, List<Word> words) {
    public static final int LENGTH_MAX = 4096;
    private static final Pattern VARIABLE =
            Pattern.compile("\\$(?:([A-Za-z_][A-Za-z0-9_]*)|\\{([A-Za-z_][A-Za-z0-9_]*)})");
    private static final String OPERATORS = "|&;<>`";
    private static final String ESCAPABLE = "\"\\$`";
    private static final Pattern ASSIGNMENT = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*=.*");

    /** One argument. */
    public record Word(List<Part> parts) {
        public Word {
            parts = List.copyOf(parts);
        }
    }

    /** A run of characters of one word; only those outside single quotes have variables replaced. */
    public record Part(String text, boolean expand) {}

    public Command {
        words = List.copyOf(words);
    }

    /** Already an argument list in which nothing is filled in, as an image's ENTRYPOINT is. */
    public static Command literal(List<String> arguments) {
        return new Command(
                String.join(" ", arguments),
                arguments.stream()
                        .map(a -> new Word(List.of(new Part(a, false))))
                        .toList());
    }

    /** Already an argument list, in which variables are filled in. */
    public static Command ofWords(List<String> arguments) {
        return new Command(
                String.join(" ", arguments),
                arguments.stream()
                        .map(a -> new Word(List.of(new Part(a, true))))
                        .toList());
    }

    public static Command parse(String text) {
        if (text.isBlank() || text.length() > LENGTH_MAX || text.chars().anyMatch(c -> c < ' ' && c != '\t')) {
            throw refused(text, "expected: one line of 1 to " + LENGTH_MAX + " characters");
        }
        if (ASSIGNMENT.matcher(text.strip()).matches()) {
            throw refused(
                    text,
                    "sets a variable before the program, which only a shell can; expected: the program first, and the"
                            + " variable under env: in backend.yml");
        }
        return new Command(text.strip(), split(text.strip()));
    }

    /** The argument list with variables replaced; an unknown variable becomes empty, as in a shell. */
    public List<String> resolve(Map<String, String> environment) {
        List<String> resolved = new ArrayList<>();
        for (Word word : words) {
            StringBuilder argument = new StringBuilder();
            for (Part part : word.parts()) {
                argument.append(part.expand() ? expand(part.text(), environment) : part.text());
            }
            resolved.add(argument.toString());
        }
        return List.copyOf(resolved);
    }

    /**
     * The arguments of a container on Kubernetes, which itself fills in {@code $(NAME)} and takes {@code $$} for one dollar.
     *
     * @param known names that the container has; all others become empty, as in a shell
     */
    public List<String> inContainer(Predicate<String> known) {
        List<String> arguments = new ArrayList<>();
        for (Word word : words) {
            StringBuilder argument = new StringBuilder();
            for (Part part : word.parts()) {
                argument.append(
                        part.expand()
                                ? reference(part.text(), known)
                                : part.text().replace("$", "$$"));
            }
            arguments.add(argument.toString());
        }
        return List.copyOf(arguments);
    }

    private static String reference(String text, Predicate<String> known) {
        StringBuilder argument = new StringBuilder();
        Matcher matcher = VARIABLE.matcher(text);
        int at = 0;
        while (matcher.find()) {
            argument.append(text.substring(at, matcher.start()).replace("$", "$$"));
            String name = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
            argument.append(known.test(name) ? "$(" + name + ")" : "");
            at = matcher.end();
        }
        return argument.append(text.substring(at).replace("$", "$$")).toString();
    }

    private static String expand(String text, Map<String, String> environment) {
        return VARIABLE.matcher(text).replaceAll(found -> {
            String name = found.group(1) != null ? found.group(1) : found.group(2);
            return Matcher.quoteReplacement(environment.getOrDefault(name, ""));
        });
    }

    private static List<Word> split(String text) {
        List<Word> words = new ArrayList<>();
        List<Part> parts = new ArrayList<>();
        StringBuilder run = new StringBuilder();
        boolean inWord = false;
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\'') {
                int end = text.indexOf('\'', at + 1);
                if (end < 0) {
                    throw refused(text, "expected: a closing ' for the one at column " + (at + 1));
                }
                flush(parts, run);
                parts.add(new Part(text.substring(at + 1, end), false));
                inWord = true;
                at = end + 1;
            } else if (c == '"') {
                at = doubleQuoted(text, at, parts, run);
                inWord = true;
            } else if (c == '\\' && at + 1 < text.length()) {
                flush(parts, run);
                parts.add(new Part(text.substring(at + 1, at + 2), false));
                inWord = true;
                at += 2;
            } else if (Character.isWhitespace(c)) {
                if (inWord) {
                    flush(parts, run);
                    words.add(new Word(parts));
                    parts = new ArrayList<>();
                    inWord = false;
                }
                at++;
            } else if (OPERATORS.indexOf(c) >= 0 || text.startsWith("$(", at)) {
                throw operator(text, c);
            } else {
                run.append(c);
                inWord = true;
                at++;
            }
        }
        if (inWord) {
            flush(parts, run);
            words.add(new Word(parts));
        }
        return words;
    }

    /** Between double quotes variables are replaced, and a backslash takes their meaning from {@code " \\ $ `}. */
    private static int doubleQuoted(String text, int open, List<Part> parts, StringBuilder run) {
        int at = open + 1;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                return at + 1;
            }
            if (c == '\\' && at + 1 < text.length() && ESCAPABLE.indexOf(text.charAt(at + 1)) >= 0) {
                flush(parts, run);
                parts.add(new Part(text.substring(at + 1, at + 2), false));
                at += 2;
            } else if (c == '`' || text.startsWith("$(", at)) {
                throw operator(text, c);
            } else {
                run.append(c);
                at++;
            }
        }
        throw refused(text, "expected: a closing \" for the one at column " + (open + 1));
    }

    private static void flush(List<Part> parts, StringBuilder run) {
        if (!run.isEmpty()) {
            parts.add(new Part(run.toString(), true));
            run.setLength(0);
        }
    }

    private static RuntimeException operator(String text, char operator) {
        return refused(
                text,
                "has the shell operator '" + operator
                        + "', and commands run without a shell; expected: one program with its arguments, or"
                        + " sh -c '...' around it");
    }

    private static RuntimeException refused(String text, String why) {
        return new Problem.Invalid("config-invalid", "command: " + Quoted.of(text) + " (" + why + ")").asException();
    }

    @Override
    public String toString() {
        return text;
    }
}
