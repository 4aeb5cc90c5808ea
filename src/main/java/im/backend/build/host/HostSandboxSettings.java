package im.backend.build.host;

import im.backend.host.limit.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * @param folder download caches, dependency layers and work folders; on the file system of the images
 * @param firstAccount of the range of uids that builds run as, one for each project; ignored unless the server is root
 * @param limits of one build with all its processes
 * @param timeMax of one build, its tests included
 * @param environment of the server
 * @param passedNames names of it, or beginnings of names that end in {@code *}, that builds see; all else is hidden
 */
public record HostSandboxSettings(
        Path folder,
        OptionalInt firstAccount,
        Limits limits,
        Duration timeMax,
        Map<String, String> environment,
        List<String> passedNames) {
    private static final int ACCOUNTS = 10_000;

    public HostSandboxSettings {
        environment = Map.copyOf(environment);
        passedNames = List.copyOf(passedNames);
    }

    /** What a build sees of the server's environment. */
    public Map<String, String> passedEnvironment() {
        Map<String, String> passed = new TreeMap<>(environment);
        passed.keySet().removeIf(name -> passedNames.stream().noneMatch(pattern -> matches(pattern, name)));
        return passed;
    }

    /** Two projects may share one: that weakens nothing in a sandbox, where neither sees the other. */
    OptionalInt accountOf(String project) {
        return firstAccount.isPresent()
                ? OptionalInt.of(firstAccount.getAsInt() + Math.floorMod(project.hashCode(), ACCOUNTS))
                : OptionalInt.empty();
    }

    private static boolean matches(String pattern, String name) {
        return pattern.endsWith("*")
                ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                : name.equals(pattern);
    }
}
