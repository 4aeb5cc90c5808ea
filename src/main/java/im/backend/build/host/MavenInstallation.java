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
 * Maven of this host.
 *
 * @param binds what it needs beside /usr; Debian keeps its settings in /etc/maven
 */
record MavenInstallation(Path program, List<Bind> binds) {
    private static final Path DEBIAN_SETTINGS = Path.of("/etc/maven");

    static MavenInstallation find() {
        try {
            Path program = HostPrograms.find("mvn")
                    .orElseThrow(() -> new Problem.StageFailed(
                                    "runtime-missing",
                                    "Maven is not installed on this host, and the source has no mvnw.",
                                    "Install it, as with `apt install maven`, or add the wrapper with mvn"
                                            + " wrapper:wrapper.",
                                    List.of())
                            .asException())
                    .toRealPath();
            List<Bind> binds = new ArrayList<>();
            Path home = program.resolve("../..").normalize();
            if (!home.startsWith("/usr")) {
                binds.add(Bind.same(home, Bind.Access.READ_ONLY));
            }
            if (Files.isDirectory(DEBIAN_SETTINGS)) {
                binds.add(Bind.same(DEBIAN_SETTINGS, Bind.Access.READ_ONLY));
            }
            return new MavenInstallation(program, binds);
        } catch (IOException vanished) {
            throw new UncheckedIOException(vanished);
        }
    }
}
