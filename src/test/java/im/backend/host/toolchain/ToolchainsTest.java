package im.backend.host.toolchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import im.backend.domain.RuntimeSpec;
import im.backend.host.HostSettings;
import im.backend.host.Launch;
import im.backend.host.Launcher;
import im.backend.host.limit.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ToolchainsTest {
    @TempDir
    Path folder;

    private Toolchains toolchains;

    @BeforeEach
    void open() {
        toolchains = new Toolchains(folder.resolve("toolchains"));
    }

    @Test
    void theRunningJdkIsTakenWhenNoVersionIsWanted() {
        Toolchain java = toolchains.resolve(RuntimeSpec.parse("java"));

        assertThat(java.version()).startsWith(Integer.toString(Runtime.version().feature()));
        assertThat(java.environment()).containsKey("JAVA_HOME");
        assertThat(java.warning()).isEmpty();
    }

    @Test
    void anOlderVersionIsTakenWithAWarningWhenThereIsNoNewer() {
        Toolchain java = toolchains.resolve(RuntimeSpec.parse("java:99"));

        assertThat(java.warning())
                .hasValueSatisfying(text -> assertThat(text)
                        .isEqualTo("java:99 is not installed on this host; using java " + java.version() + "."));
    }

    @Test
    void versionsAreComparedByTheirNumbers() {
        assertThat(Installation.numbers("3.12.1rc2")).containsExactly(3, 12, 1);
        assertThat(Installation.numbers("17.0.15+6")).containsExactly(17, 0, 15);
        assertThat(Installation.numbers("")).isEmpty();
        assertThat(Installation.compare(List.of(3, 9), List.of(3, 12))).isNegative();
        assertThat(new Installation("3.12.1", folder, folder).satisfies(List.of(3, 1)))
                .isFalse();
        assertThat(new Installation("3.12.1", folder, folder).satisfies(List.of(3, 12)))
                .isTrue();
    }

    @Test
    void pythonIsCalledPythonWhateverTheHostCallsIt() throws Exception {
        assumeThat(new Candidates().onPath("python3").found()).isNotEmpty();
        Toolchain python = toolchains.resolve(RuntimeSpec.parse("python"));
        Launcher launcher = new Launcher(HostSettings.in(Files.createDirectories(folder.resolve("host"))));
        launcher.start();
        List<String> lines = new ArrayList<>();
        Launch launch = new Launch(
                "test",
                List.of("python", "-c", "import sys, ssl; print(sys.version.split()[0])"),
                Map.of("PATH", python.programFolders().getFirst().toString()),
                "/",
                python.binds(),
                Limits.NONE,
                OptionalInt.of(219_998));

        launcher.run(launch, Duration.ofSeconds(20), lines::add);
        launcher.close();

        assertThat(lines).containsExactly(python.version());
    }
}
