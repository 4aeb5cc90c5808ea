package im.backend.host.toolchain;

import im.backend.host.Bind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A language's own tools on this host.
 *
 * @param version as the tool says it, {@code 3.12.1}
 * @param binds what the sandbox needs beside /usr, at the same paths as outside
 * @param programFolders to be first on PATH
 * @param environment what the tools need, as JAVA_HOME
 * @param warning one sentence when it is not the version that was asked for
 */
public record Toolchain(
        String version,
        List<Bind> binds,
        List<Path> programFolders,
        Map<String, String> environment,
        Optional<String> warning) {
    public Toolchain {
        binds = List.copyOf(binds);
        programFolders = List.copyOf(programFolders);
        environment = Map.copyOf(environment);
    }

    /** For programs that bring all they need. */
    public static Toolchain none() {
        return new Toolchain("", List.of(), List.of(), Map.of(), Optional.empty());
    }
}
