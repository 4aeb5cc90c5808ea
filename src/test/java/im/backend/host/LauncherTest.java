package im.backend.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import im.backend.host.HostSettings.Use;
import im.backend.host.limit.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real programs, in whatever sandbox and control groups this host has, and without both. */
final class LauncherTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Map<String, String> PATH = Map.of("PATH", "/usr/bin:/bin");

    @TempDir
    Path folder;

    @Test
    void aProgramGetsExactlyTheEnvironmentItWasGiven() throws Exception {
        List<String> lines = new ArrayList<>();

        ProgramExit exit = launcher(Use.WHEN_THERE).run(launch("env"), LONG, lines::add);

        assertThat(exit).isEqualTo(new ProgramExit(0, false));
        assertThat(lines)
                .filteredOn(line -> !line.startsWith("PWD="))
                .hasSize(2)
                .contains("PATH=/usr/bin:/bin");
        assertThat(lines).anyMatch(line -> line.matches("BACKEND_INSTANCE=[0-9a-f]{8}/test"));
    }

    @Test
    void theExitCodeIsTold() throws Exception {
        assertThat(launcher(Use.WHEN_THERE)
                        .run(launch("sh", "-c", "exit 7"), LONG, line -> {})
                        .code())
                .isEqualTo(7);
    }

    @Test
    void withoutASandboxBoundPathsAreRewritten() throws Exception {
        Path app = Files.createDirectories(folder.resolve("real"));
        Files.writeString(app.resolve("hello.txt"), "hello\n");
        Path dependencies = Files.createDirectories(folder.resolve("dependencies"));
        Files.writeString(dependencies.resolve("library.txt"), "library\n");
        List<String> lines = new ArrayList<>();
        Launch launch = new Launch(
                "test",
                List.of("cat", "hello.txt", "/app/.deps/library.txt"),
                PATH,
                "/app",
                List.of(Bind.readOnly(app, "/app"), Bind.readOnly(dependencies, "/app/.deps")),
                Limits.NONE,
                OptionalInt.empty());

        launcher(Use.NEVER).run(launch, LONG, lines::add);

        assertThat(lines).containsExactly("hello", "library");
        assertThat(folder.resolve("host/copies/test")).doesNotExist();
    }

    @Test
    void atTheEndOfItsTimeEverythingIsKilledDaemonsToo() throws Exception {
        for (Use use : Use.values()) {
            long before = System.nanoTime();
            ProgramExit exit = launcher(use)
                    .run(
                            launch("sh", "-c", "setsid sh -c 'trap \"\" TERM; sleep 600' & sleep 600"),
                            Duration.ofMillis(300),
                            line -> {});

            assertThat(exit.code()).isEqualTo(ProgramExit.TIMED_OUT);
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
            assertThat(leftovers()).isEmpty();
        }
    }

    @Test
    void anInterruptKillsTheProgram() throws Exception {
        Launcher launcher = launcher(Use.WHEN_THERE);
        Thread caller = Thread.currentThread();

        assertThatThrownBy(
                        () -> launcher.run(launch("sh", "-c", "echo up; sleep 600"), LONG, line -> caller.interrupt()))
                .isInstanceOf(InterruptedException.class);
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aMemoryHogIsKilledAndTold() throws Exception {
        Launcher launcher = launcher(Use.WHEN_THERE);
        assumeThat(launcher.facts().limits().get("memory")).startsWith("cgroup");
        Launch hog = new Launch(
                "test",
                List.of("python3", "-c", "b = bytearray(200 << 20)"),
                PATH,
                "/",
                List.of(),
                new Limits(64L << 20, 0, 0, 0),
                OptionalInt.of(219_999));

        assertThat(launcher.run(hog, LONG, line -> {}).outOfMemory()).isTrue();
    }

    @Test
    void aProgramThatIsNotThereIsAnExitWithAReasonInItsOutput() throws Exception {
        List<String> lines = new ArrayList<>();

        ProgramExit exit = launcher(Use.WHEN_THERE).run(launch("no-such-program"), LONG, lines::add);

        assertThat(exit.code()).isNotZero();
        assertThat(lines).anyMatch(line -> line.contains("no-such-program"));
    }

    private Launch launch(String... arguments) {
        return new Launch("test", List.of(arguments), PATH, "/", List.of(), Limits.NONE, OptionalInt.empty());
    }

    private Launcher launcher(Use use) throws IOException {
        Launcher launcher = new Launcher(new HostSettings(Files.createDirectories(folder.resolve("host")), use, use));
        launcher.start();
        return launcher;
    }

    /** Whatever still carries this test's mark. */
    private Map<Long, String> leftovers() {
        return new Marker(Launcher.scopeOf(folder.resolve("host"))).sweep();
    }
}
