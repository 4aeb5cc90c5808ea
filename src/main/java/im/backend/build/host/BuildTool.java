package im.backend.build.host;

import im.backend.host.Bind;
import im.backend.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Maven or Gradle of this host.
 *
 * @param binds what it needs beside /usr; Debian keeps Maven's settings in /etc/maven
 */
record BuildTool(Path program, List<Bind> binds) {
    private static final Path DEBIAN_SETTINGS = Path.of("/etc/maven");

    BuildTool {
        binds = List.copyOf(binds);
    }

    /**
     * Looks on the server's PATH.
     *
     * @param command {@code mvn} or {@code gradle}
     */
    static BuildTool find(HostPrograms programs, String command) {
        try {
            Path program =
                    programs.find(command).orElseThrow(() -> missing(command)).toRealPath();
            List<Bind> binds = new ArrayList<>();
            Path home = program.resolve("../..").normalize();
            if (!home.startsWith("/usr")) {
                binds.add(Bind.same(home, Bind.Access.READ_ONLY));
            }
            if (Files.isDirectory(DEBIAN_SETTINGS)) {
                binds.add(Bind.same(DEBIAN_SETTINGS, Bind.Access.READ_ONLY));
            }
            return new BuildTool(program, binds);
        } catch (IOException vanished) {
            throw new UncheckedIOException(vanished);
        }
    }

    private static RuntimeException missing(String command) {
        return new Problem.StageFailed(
                        "runtime-missing",
                        command + " is not installed on this host, and the source has no wrapper of it.",
                        "Install it, as with `apt install maven` or `apt install gradle`, or add its wrapper to the"
                                + " source.",
                        List.of())
                .asException();
    }
}
