package im.backend.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import im.backend.host.HostFacts.SandboxKind;
import im.backend.host.HostSettings.Use;
import im.backend.host.limit.Limits;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs of a system of their own, and of a builder of such systems. */
final class ImageLaunchTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final int ACCOUNT = 219_998;

    @TempDir
    Path folder;

    private Path root;

    @BeforeEach
    void makeImage() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        root = RootFolder.make(folder.resolve("image"), "sh", "ls", "cat", "id", "touch", "env");
        Files.createDirectories(root.resolve("data"));
        Files.createDirectories(root.resolve("srv"));
        Files.writeString(root.resolve("etc/release"), "of the image\n");
    }

    @Test
    void anImageIsTheWholeSystemOfItsProgram() throws Exception {
        List<String> lines =
                run(Map.of(), "sh", "-c", "pwd; cat /etc/release; ls /; id -u; touch /srv/x; touch /tmp/y /run/z");

        assertThat(lines)
                .startsWith("/srv", "of the image")
                .contains("data", "srv")
                .doesNotContain("home", "root");
        assertThat(lines).anyMatch(line -> line.contains("Read-only file system"));
        assertThat(lines).noneMatch(line -> line.contains("/tmp/y") || line.contains("/run/z"));
        if (Account.own().isRoot()) {
            assertThat(lines).contains(Integer.toString(ACCOUNT));
        }
    }

    @Test
    void aVolumeIsWritable() throws Exception {
        run(Map.of(), "sh", "-c", "echo kept > /data/file");

        assertThat(folder.resolve("volume/file")).hasContent("kept");
    }

    @Test
    void anImageInAFolderThatIsClosedToItsUserRunsAllTheSame() throws Exception {
        assumeThat(launcher(Use.WHEN_THERE).facts().sandbox()).isEqualTo(SandboxKind.USER_NAMESPACE);
        // The launcher's own files and the volume are in it too, as they are below a home folder.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        List<String> lines = new ArrayList<>();

        launcher(Use.WHEN_THERE)
                .run(launch(Map.of(), "sh", "-c", "cat /etc/release; echo kept > /data/file"), LONG, lines::add);

        assertThat(lines).containsExactly("of the image");
        assertThat(folder.resolve("volume/file")).hasContent("kept");
    }

    @Test
    void entriesForTheLoaderReachTheProgramAlone() throws Exception {
        assertThat(run(Map.of("LD_LIBRARY_PATH", "/opt/own"), "env")).contains("LD_LIBRARY_PATH=/opt/own");
    }

    @Test
    void withoutASandboxAnImageIsRefusedWithTheRemedy() {
        assertThatThrownBy(() -> launcher(Use.NEVER).run(launch(Map.of(), "ls"), LONG, line -> {}))
                .isInstanceOfSatisfying(ProblemException.class, failure -> {
                    assertThat(failure.problem().slug()).isEqualTo("sandbox-missing");
                    assertThat(((Problem.StageFailed) failure.problem()).fix()).contains("bubblewrap");
                });
    }

    @Test
    void aBuilderOfImagesMountsAndChangesUsersAndSeesNothingMoreOfTheHost() throws Exception {
        Launcher launcher = launcher(Use.WHEN_THERE);
        assumeThat(Account.own().isRoot() && launcher.facts().sandbox() != SandboxKind.NONE)
                .isTrue();
        List<String> lines = new ArrayList<>();
        Launch builder = new Launch(
                "test",
                List.of(
                        "sh",
                        "-c",
                        "mkdir /tmp/m && mount -t tmpfs none /tmp/m && touch /tmp/m/f && chown 7:8 /tmp/m/f"
                                + " && ls -n /tmp/m; ls /root /home; touch /usr/x"),
                Map.of("PATH", "/usr/bin:/bin"),
                "/",
                List.of(),
                Limits.NONE,
                OptionalInt.empty(),
                Launch.Rights.OF_IMAGE_BUILDER);

        launcher.run(builder, LONG, lines::add);

        assertThat(lines).anyMatch(line -> line.matches(".* 7 8 .* f"));
        assertThat(lines).anyMatch(line -> line.contains("/root") && line.contains("No such file"));
        assertThat(lines).anyMatch(line -> line.contains("/usr/x") && line.contains("Read-only"));
    }

    private List<String> run(Map<String, String> environment, String... arguments) throws Exception {
        Launcher launcher = launcher(Use.WHEN_THERE);
        assumeThat(launcher.facts().sandbox())
                .as("bubblewrap in a user namespace works here")
                .isEqualTo(SandboxKind.USER_NAMESPACE);
        List<String> lines = new ArrayList<>();
        launcher.run(launch(environment, arguments), LONG, lines::add);
        return lines;
    }

    private Launch launch(Map<String, String> environment, String... arguments) throws IOException {
        Map<String, String> all = new HashMap<>(environment);
        all.put("PATH", "/bin");
        Path volume = Files.createDirectories(folder.resolve("volume"));
        Files.setPosixFilePermissions(volume, PosixFilePermissions.fromString("rwxrwxrwx"));
        return new Launch(
                "test",
                List.of(arguments),
                all,
                "/srv",
                List.of(Bind.readOnly(root, Bind.ROOT), Bind.readWrite(volume, "/data")),
                Limits.NONE,
                OptionalInt.of(ACCOUNT));
    }

    private Launcher launcher(Use use) throws IOException {
        Launcher launcher = new Launcher(new HostSettings(Files.createDirectories(folder.resolve("host")), use, use));
        launcher.start();
        return launcher;
    }
}
