package im.backend.orchestrator.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import im.backend.domain.Command;
import im.backend.domain.CommitHash;
import im.backend.domain.DeploymentId;
import im.backend.domain.Digest;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.SecretValue;
import im.backend.host.HostFacts.SandboxKind;
import im.backend.host.HostSettings;
import im.backend.host.RootFolder;
import im.backend.orchestrator.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands in an image that is a system of its own. */
class ImageWorkloadTest {
    private static final Duration SOON = Duration.ofSeconds(15);

    @TempDir
    Path data;

    private LocalHost host;
    private Path root;

    @BeforeEach
    void open() throws IOException {
        host = LocalHost.start(data, HostSettings.Use.WHEN_THERE);
        assumeThat(host.launcher.facts().sandbox())
                .as("bubblewrap in a user namespace works here")
                .isEqualTo(SandboxKind.USER_NAMESPACE);
        root = RootFolder.make(data.resolve("image"), "sh", "cat", "env");
        Files.createDirectories(root.resolve("srv"));
        Files.writeString(root.resolve("srv/hello.txt"), "hello\n");
    }

    @AfterEach
    void end() {
        host.close();
    }

    @Test
    void itStartsInTheFolderAndWithThePathOfTheImage() {
        List<String> lines = run("sh -c 'pwd; cat hello.txt; env'", Map.of("PATH", "/bin"));

        assertThat(lines).startsWith("/srv", "hello").contains("PATH=/bin", "HOST=127.0.0.1", "HOME=/tmp");
        assertThat(lines).noneMatch(line -> line.startsWith("JAVA_") || line.startsWith("NODE_"));
    }

    @Test
    void anImageWithoutAPathGetsTheUsualOne() {
        assertThat(run("env", Map.of())).contains("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    }

    @Test
    void aProgramThatOnlyTheHostHasIsNotFound() {
        assertThatThrownBy(() -> run("python3 -V", Map.of()))
                .hasMessageContaining("names the program `python3`, which is not in the image");
    }

    @Test
    void linksLeadToPlacesInsideTheImage() throws IOException {
        Files.createSymbolicLink(root.resolve("srv/shell"), Path.of("/bin/sh"));
        Files.createSymbolicLink(root.resolve("srv/python"), Path.of("/usr/bin/python3"));
        Files.createSymbolicLink(root.resolve("srv/up"), Path.of("../../../../bin"));
        Files.createSymbolicLink(root.resolve("srv/loop"), Path.of("loop"));

        ImageRoot image = new ImageRoot(root);

        assertThat(image.has("/srv/shell")).isTrue();
        assertThat(image.has("/srv/up/cat")).isTrue();
        assertThat(image.has("/srv/python")).isFalse();
        assertThat(image.has("/srv/loop")).isFalse();
        assertThat(run("./shell -c 'cat hello.txt'", Map.of())).contains("hello");
    }

    private List<String> run(String command, Map<String, String> environment) {
        Map<String, SecretValue> values = new HashMap<>();
        environment.forEach((name, value) -> values.put(name, new SecretValue(value)));
        ProjectId project = new ProjectId("admin-image");
        Workload workload = new Workload(
                new Workload.Key(new DeploymentId(UUID.randomUUID()), "run", 0),
                new Project(project, Instant.EPOCH, 1, Optional.empty()),
                new ReleaseName(project, new CommitHash("0".repeat(40))),
                RuntimeSpec.parse("dockerfile"),
                Command.parse(command),
                "/srv",
                values,
                new Workload.Image(Digest.ofSha256Hex("0".repeat(64)), List.of(new Workload.Mount(root, "/"))),
                List.of(),
                Workload.Terms.DEFAULT,
                new Workload.Port.None());
        List<String> lines = new ArrayList<>();
        host.oneOff.run(workload, SOON, lines::add);
        return lines;
    }
}
