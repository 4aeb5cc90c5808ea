package im.backend.host;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line that the sandbox writes between the program's own ones ({@code --json-status-fd}), so that the exit code survives
 * a dead server. A program can forge it: it may be told to people, never trusted.
 */
public final class StatusLine {
    private static final Pattern CHILD = Pattern.compile("\\{ \"child-pid\": \\d+(, \"[a-z]+-namespace\": \\d+)* }");
    private static final Pattern EXIT = Pattern.compile("\\{ \"exit-code\": (\\d{1,3}) }");

    private StatusLine() {}

    public static boolean matches(String line) {
        return line.startsWith("{ \"")
                && (CHILD.matcher(line).matches() || EXIT.matcher(line).matches());
    }

    /** The exit code, when the line tells it. */
    public static OptionalInt exitCode(String line) {
        Matcher exit = EXIT.matcher(line);
        return exit.matches() ? OptionalInt.of(Integer.parseInt(exit.group(1))) : OptionalInt.empty();
    }
}
