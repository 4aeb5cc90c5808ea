package im.backend.orchestrator.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import im.backend.domain.ReleaseName;
import im.backend.host.HostFacts.SandboxKind;
import im.backend.host.HostSettings;
import im.backend.orchestrator.Orchestrator;
import im.backend.orchestrator.OrchestratorContract;
import im.backend.orchestrator.Workload;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Twenty-one ways out of the sandbox, tried by a program inside it. */
final class EscapeTest {
    @TempDir
    Path folder;

    @Test
    void noWayOutOfAUserNamespaceIsOpen() throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));

        noWayOutIsOpen(SandboxKind.USER_NAMESPACE);
    }

    /** A data folder in a closed home is out of reach for an app's user, so root has to bind it. */
    @Test
    void noWayOutOfARootNamespaceIsOpen() throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));

        noWayOutIsOpen(SandboxKind.ROOT_NAMESPACE);
    }

    private void noWayOutIsOpen(SandboxKind kind) throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        List<String> lines = new ArrayList<>();
        try (LocalHost host = LocalHost.start(data, HostSettings.Use.WHEN_THERE)) {
            assumeThat(host.launcher.facts().sandbox())
                    .as("sandbox of this host: %s", host.launcher.facts())
                    .isEqualTo(kind);
            Path script = data.resolve("app/escape.py");
            try (InputStream source = Objects.requireNonNull(getClass().getResourceAsStream("/apps/local/escape.py"))) {
                Files.write(script, source.readAllBytes());
            }
            String command = "/usr/bin/python3 escape.py " + data;
            Workload base = Samples.workload(command);

            host.oneOff.run(host.app(base, command, Map.of(), List.of()), Duration.ofSeconds(20), lines::add);
        }

        assertThat(lines).hasSizeGreaterThan(20).allMatch(line -> line.endsWith(": denied"));
    }

    /** Lends the contract's sample workload. */
    private static final class Samples extends OrchestratorContract {
        static Workload workload(String command) {
            return workload(key(0), release('a'), command, Map.of());
        }

        @Override
        protected Orchestrator orchestrator() {
            throw new IllegalStateException("not used");
        }

        @Override
        protected Workload healthy(Workload.Key key, ReleaseName release) {
            throw new IllegalStateException("not used");
        }
    }
}
