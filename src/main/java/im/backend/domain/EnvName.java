package im.backend.domain;

import im.backend.problem.Problem;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Name of an environment variable that a user may set. Refused are the names that the platform injects and those that
 * make a loader, an allocator or a shell run foreign code before privileges are dropped (measured: LD_PRELOAD ran as root).
 */
public record EnvName(String value) implements Comparable<EnvName> {
    public static final int LENGTH_MAX = 128;
    private static final Pattern GRAMMAR = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Set<String> INJECTED =
            Set.of("PORT", "HOST", "DATA_DIR", "GIT_REV", "RELEASE_COMMAND", "HOME");
    private static final Set<String> LOADER =
            Set.of("GLIBC_TUNABLES", "GCONV_PATH", "LOCPATH", "NLSPATH", "ENV", "IFS", "PYTHONUSERBASE");
    private static final List<String> RESERVED_PREFIXES =
            List.of("BACKENDIM_", "BACKEND_INSTANCE", "LD_", "MALLOC_", "BASH_");

    public EnvName {
        if (value.length() > LENGTH_MAX || !GRAMMAR.matcher(value).matches()) {
            throw refused(value, "expected: letters, digits and underscores, not starting with a digit");
        }
        if (INJECTED.contains(value)) {
            throw refused(value, "the platform sets this one itself; read it in the app");
        }
        if (LOADER.contains(value) || RESERVED_PREFIXES.stream().anyMatch(value::startsWith)) {
            throw refused(value, "this name is reserved; choose another one");
        }
    }

    private static RuntimeException refused(String value, String why) {
        return new Problem.Invalid("env-invalid", "env: " + Quoted.of(value) + " (" + why + ")").asException();
    }

    @Override
    public int compareTo(EnvName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
