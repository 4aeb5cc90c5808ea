package im.backend.host;

import im.backend.host.limit.Limits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
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
 * @param rights what it may do that other programs may not
 */
public record Launch(
        String id,
        List<String> arguments,
        Map<String, String> environment,
        String folder,
        List<Bind> binds,
        Limits limits,
        OptionalInt account,
        Rights rights) {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

    /** What a program may do. */
    public enum Rights {
        NONE,
        /**
         * Mounts and changes of user inside its sandbox, as a builder of images needs them. It runs as the server's user,
         * or as root in a namespace of the server's user, and of the host it sees no more than any other program.
         */
        OF_IMAGE_BUILDER
    }

    public Launch {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        binds = List.copyOf(binds);
        if (!ID.matcher(id).matches() || arguments.isEmpty()) {
            throw new IllegalArgumentException("launch: id " + id + ", " + arguments.size() + " arguments"
                    + " (expected: letters, digits, dots and hyphens; at least the program)");
        }
        for (String name : environment.keySet()) {
            if ((isOfLoader(name) && root(binds).isEmpty()) || name.isEmpty() || name.contains("=")) {
                throw new IllegalArgumentException("launch: environment name " + name
                        + " (expected: none that makes the launching programs load foreign code)");
            }
        }
    }

    public Launch(
            String id,
            List<String> arguments,
            Map<String, String> environment,
            String folder,
            List<Bind> binds,
            Limits limits,
            OptionalInt account) {
        this(id, arguments, environment, folder, binds, limits, account, Rights.NONE);
    }

    /** The folder that is the program's whole system; empty when it is shown the host's. */
    Optional<Bind> root() {
        return root(binds);
    }

    /** Neither is possible without a sandbox. */
    boolean needsSandbox() {
        return root().isPresent() || rights != Rights.NONE;
    }

    /** What the programs that make the sandbox get too. */
    Map<String, String> outerEnvironment() {
        Map<String, String> outer = new TreeMap<>(environment);
        outer.keySet().removeIf(Launch::isOfLoader);
        return outer;
    }

    /** An image's own entries that make a loader run further code: only the program inside may see them. */
    SortedMap<String, String> innerEnvironment() {
        SortedMap<String, String> inner = new TreeMap<>(environment);
        inner.keySet().removeIf(name -> !isOfLoader(name));
        return inner;
    }

    private static boolean isOfLoader(String name) {
        return name.startsWith("LD_");
    }

    private static Optional<Bind> root(List<Bind> binds) {
        return binds.stream().filter(Bind::isRoot).findFirst();
    }
}
