package im.backend.cli.session;

import im.backend.domain.Quoted;
import im.backend.problem.Problem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code NAME=value} arguments, and words what is wrong with an argument. */
public final class Arguments {
    private Arguments() {}

    public static Map<String, String> pairs(List<String> arguments) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals <= 0) {
                throw refused("argument", argument, "NAME=value");
            }
            pairs.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        return pairs;
    }

    static int number(String what, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException wrong) {
            throw refused(what, value, "a whole number");
        }
    }

    public static RuntimeException refused(String what, String value, String expected) {
        return new Problem.Malformed("bad-parameter", what + ": " + Quoted.of(value) + " (expected: " + expected + ")")
                .asException();
    }
}
