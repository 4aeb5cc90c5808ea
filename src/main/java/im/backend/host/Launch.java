package im.backend.host;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * A program to be started. Paths in {@code arguments}, {@code environment} and {@code folder} are as the program sees
 * them; on a host without a sandbox the launcher rewrites those below a bind to the real folders.
 *
 * @param id unique among what this launcher runs; marks every process of it
 * @param arguments program first; a bare name is looked up on the environment's PATH, inside the sandbox
 * @param environment exactly what the program gets, beside the marker; values may be secrets and never reach an argument
 *     list
 * @param folder the working folder
 * @param binds outer folders before those below them
 * @param account uid and gid to run as; ignored unless the server is root
 */
public record Launch(
        String id,
        List<String> arguments,
        Map<String, String> environment,
        String folder,
        List<Bind> binds,
        Limits limits,
        OptionalInt account) {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    public Launch {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        binds = List.copyOf(binds);
        if (!ID.matcher(id).matches() || arguments.isEmpty()) {
            throw new IllegalArgumentException("launch: id " + id + ", " + arguments.size() + " arguments"
                    + " (expected: letters, digits, dots and hyphens; at least the program)");
        }
        for (String name : environment.keySet()) {
            if (name.startsWith("LD_") || name.isEmpty() || name.contains("=")) {
                throw new IllegalArgumentException("launch: environment name " + name
                        + " (expected: none that makes the launching programs load foreign code)");
            }
        }
    }
}
