package im.backend.build.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import im.backend.build.BuildPlan;
import im.backend.build.BuildRequest;
import im.backend.build.BuiltTree;
import im.backend.build.detect.Detection;
import im.backend.domain.AppManifest;
import im.backend.domain.Command;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.ProjectId;
import im.backend.domain.RuntimeSpec;
import im.backend.host.HostSettings;
import im.backend.host.Launcher;
import im.backend.host.limit.Limits;
import im.backend.host.toolchain.Toolchains;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Builds that are up to no good, in the real sandbox of this host; they need no registry. */
class HostSandboxTest {
    private static final ProjectId PROJECT = new ProjectId("admin-shop");
    private static final Limits LIMITS = new Limits(256L << 20, 0, 64, 1024);
    private static final AppManifest DEFAULTS = AppManifest.defaults();

    /** Looking for languages takes a second; one look is enough. */
    @TempDir
    private static Path shared;

    private static Toolchains toolchains;

    @TempDir
    private Path folder;

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private Launcher launcher;

    @BeforeAll
    static void look() throws IOException {
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
        toolchains = new Toolchains(shared);
    }

    @BeforeEach
    void start() throws IOException {
        // Programs of another user have to pass through it.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        launcher = new Launcher(HostSettings.in(folder.resolve("run")));
        launcher.start();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        launcher.sweep(List.of());
        if (Files.isDirectory(folder.resolve("cache/work"))) {
            try (Stream<Path> left = Files.list(folder.resolve("cache/work"))) {
                assertThat(left).isEmpty();
            }
        }
    }

    @Test
    void aTreeWithoutAnythingToDoRunsNothing() {
        BuiltTree built = build(script(""), Optional.empty(), Optional.empty());

        assertThat(built.layers()).isEmpty();
        assertThat(built.app()).isEmpty();
        assertThat(built.start().runtime().version()).matches("3\\.[0-9]+");
        assertThat(folder.resolve("cache")).doesNotExist();
    }

    @Test
    void aBuildCommandsResultIsTheApp() throws IOException {
        InMemorySourceTree tree = script("open('made.txt', 'w').write('made')");

        BuiltTree built = build(tree, Optional.of("python3 main.py"), Optional.empty());

        Path app = built.app().orElseThrow().folder();
        assertThat(app.resolve("made.txt")).hasContent("made");
        assertThat(app.resolve("main.py")).exists();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(app.resolve("made.txt"))))
                .isEqualTo("r--r--r--");
        assertThat(Files.getAttribute(app.resolve("made.txt"), "unix:uid"))
                .isEqualTo(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }

    @Test
    void theSameTreeIsNotBuiltTwice() {
        InMemorySourceTree tree = script("print('runs')");
        build(tree, Optional.of("python3 main.py"), Optional.empty());
        lines.clear();

        build(tree, Optional.of("python3 main.py"), Optional.empty());

        assertThat(lines).containsExactly("build: unchanged, taken from the cache");
    }

    @Test
    void aFailedTestEndsTheBuildWithItsLastLines() {
        Problem.StageFailed problem = failure(
                script("for n in range(80): print('line', n)\nraise SystemExit(3)"),
                Optional.empty(),
                Optional.of("python3 main.py"));

        assertThat(problem.slug()).isEqualTo("test-failed");
        assertThat(problem.detail()).isEqualTo("The tests failed: python3 main.py (exit code 3).");
        assertThat(problem.evidence()).hasSize(50).startsWith("line 30").endsWith("line 79");
    }

    @Test
    void whatTestsLeaveBehindIsNotInTheApp() {
        BuiltTree built = build(
                script("import sys\nopen(sys.argv[1], 'w').write('x')"),
                Optional.of("python3 main.py built.txt"),
                Optional.of("python3 main.py tested.txt"));

        Path app = built.app().orElseThrow().folder();
        assertThat(app.resolve("built.txt")).exists();
        assertThat(app.resolve("tested.txt")).doesNotExist();
    }

    @Test
    void aMissingModuleIsNamedInTheRemedy() {
        Problem.StageFailed problem =
                failure(script("import nosuchthing"), Optional.of("python3 main.py"), Optional.empty());

        assertThat(problem.slug()).isEqualTo("build-failed");
        assertThat(problem.fix()).contains("Add nosuchthing to requirements.txt");
    }

    @Test
    void aBuildSeesOnlyWhatIsPassedOn() {
        build(
                script("import os\nfor name, value in sorted(os.environ.items()): print(name + '=' + value)"),
                Optional.of("python3 main.py"),
                Optional.empty());

        assertThat(lines)
                .contains("HOME=/build/home", "TMPDIR=/build/tmp", "PIP_INDEX_URL=https://pip.invalid", "APP_SETTING=1")
                .noneMatch(line -> line.contains("canary"));
    }

    @Test
    void aBuildDoesNotSeeThePlatformsFiles() throws IOException {
        Path key = Files.writeString(folder.resolve("master.key"), "canary");

        build(
                script("import os\nprint('key', os.path.exists('" + key + "'))\nprint('uid', os.getuid())"),
                Optional.of("python3 main.py"),
                Optional.empty());

        assertThat(lines).contains("key False").doesNotContain("uid 0");
    }

    @Test
    void aBuildThatHangsAndIgnoresTermIsEndedAtTheLimit() {
        String hanging = """
            import os, signal, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            for n in range(5):
                if os.fork() == 0:
                    os.setsid()
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
                    time.sleep(300)
            time.sleep(300)
            """;
        long started = System.nanoTime();

        Problem.StageFailed problem = failure(
                sandbox(Duration.ofSeconds(2), LIMITS),
                script(hanging),
                Optional.of("python3 main.py"),
                Optional.empty());

        assertThat(problem.slug()).isEqualTo("timeout");
        assertThat(problem.detail()).contains("2 seconds");
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(12));
        assertThat(sleepers()).isEmpty();
    }

    @Test
    void anInterruptKillsEveryProcessOfTheBuild() throws InterruptedException {
        String forking = """
            import os, time
            print('up', flush=True)
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    time.sleep(300)
                os._exit(0)
            time.sleep(300)
            """;
        AtomicReference<Optional<Throwable>> ended = new AtomicReference<>(Optional.empty());
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                build(script(forking), Optional.of("python3 main.py"), Optional.empty());
            } catch (RuntimeException failed) {
                ended.set(Optional.of(failed));
            }
        });
        await().atMost(Duration.ofSeconds(20)).until(() -> lines.contains("up"));

        thread.interrupt();
        assertThat(thread.join(Duration.ofSeconds(10))).isTrue();

        assertThat(ended.get()).hasValueSatisfying(failed -> assertThat(failed).hasMessageStartingWith("cancelled"));
        assertThat(sleepers()).isEmpty();
    }

    @Test
    void aBuildThatEatsMemoryIsEndedByName() {
        Problem.StageFailed problem = failure(
                script("data = []\nwhile True: data.append(bytearray(b'x' * 16777216))"),
                Optional.of("python3 main.py"),
                Optional.empty());

        boolean limited = launcher.facts().limits().get("memory").startsWith("cgroup");
        assertThat(problem.slug()).isEqualTo(limited ? "out-of-memory" : "build-failed");
    }

    @Test
    void aForkBombIsStoppedByTheLimitOfProcesses() {
        String bomb = """
            import os, time
            try:
                while True:
                    if os.fork() == 0:
                        time.sleep(300)
            except OSError as refused:
                print('refused', flush=True)
                raise SystemExit(7)
            """;

        Problem.StageFailed problem = failure(script(bomb), Optional.of("python3 main.py"), Optional.empty());

        assertThat(problem.detail()).contains("exit code 7");
        assertThat(lines).contains("refused");
        assertThat(sleepers()).isEmpty();
    }

    @Test
    void outputIsBoundedAndFreeOfTerminalCodes() {
        build(
                script("for n in range(30000): print('\\033[31mred\\033[0m', n)"),
                Optional.of("python3 main.py"),
                Optional.empty());

        assertThat(lines).hasSizeLessThan(20_010).contains("red 0").anyMatch(line -> line.contains("more than 20000"));
    }

    @Test
    void linksThatABuildMakesAreNeverFollowed() throws IOException {
        Path target = Files.writeString(folder.resolve("untouched"), "own");
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r-----"));

        BuiltTree built = build(
                script("import os\nos.symlink('" + target + "', 'link')\nos.mkfifo('pipe')"),
                Optional.of("python3 main.py"),
                Optional.empty());

        Path app = built.app().orElseThrow().folder();
        assertThat(Files.readSymbolicLink(app.resolve("link"))).isEqualTo(target);
        assertThat(app.resolve("pipe")).doesNotExist();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("rw-r-----");
    }

    @Test
    void cachesOfAProjectAreItsOwnAndCanBeForgotten() {
        HostSandbox sandbox = sandbox(Duration.ofSeconds(60), LIMITS);
        InMemorySourceTree tree = script("open('/cache/seen', 'a').write('x'); print(open('/cache/seen').read())");
        run(sandbox, PROJECT, tree, Optional.of("python3 main.py"), Optional.empty());
        run(sandbox, new ProjectId("admin-other"), tree, Optional.of("python3 main.py"), Optional.empty());
        assertThat(lines).contains("x").doesNotContain("xx");

        sandbox.forget(PROJECT);

        assertThat(folder.resolve("cache/projects/admin-shop")).doesNotExist();
        assertThat(folder.resolve("cache/projects/admin-other")).exists();
    }

    @Test
    void aRuntimeThatIsNotThereIsToldWithItsSubstitute() {
        AppManifest manifest = manifest(Optional.of("python:3.99"), Optional.empty(), Optional.empty());
        InMemorySourceTree tree = script("");
        BuildPlan plan = new Detection().plan(tree, manifest);

        sandbox(Duration.ofSeconds(60), LIMITS)
                .build(new BuildRequest(PROJECT, tree, manifest, Map.of()), plan, lines::add);

        assertThat(lines)
                .anyMatch(line -> line.startsWith("warning: python:3.99 is not installed on this host; using"));
    }

    private List<String> sleepers() {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .filter(command -> command.contains(folder.toString()))
                .toList();
    }

    private BuiltTree build(InMemorySourceTree tree, Optional<String> command, Optional<String> test) {
        return run(sandbox(Duration.ofSeconds(60), LIMITS), PROJECT, tree, command, test);
    }

    private Problem.StageFailed failure(InMemorySourceTree tree, Optional<String> command, Optional<String> test) {
        return failure(sandbox(Duration.ofSeconds(60), LIMITS), tree, command, test);
    }

    private Problem.StageFailed failure(
            HostSandbox sandbox, InMemorySourceTree tree, Optional<String> command, Optional<String> test) {
        ProblemException failed =
                catchThrowableOfType(ProblemException.class, () -> run(sandbox, PROJECT, tree, command, test));
        assertThat(failed).isNotNull();
        return (Problem.StageFailed) failed.problem();
    }

    private BuiltTree run(
            HostSandbox sandbox,
            ProjectId project,
            InMemorySourceTree tree,
            Optional<String> command,
            Optional<String> test) {
        AppManifest manifest = manifest(Optional.empty(), command, test);
        BuildPlan plan = new Detection().plan(tree, manifest);
        BuildRequest request = new BuildRequest(project, tree, manifest, Map.of("APP_SETTING", "1"));
        return (BuiltTree) sandbox.build(request, plan, lines::add);
    }

    private HostSandbox sandbox(Duration timeMax, Limits limits) {
        Map<String, String> environment = Map.of(
                "PIP_INDEX_URL", "https://pip.invalid",
                "AWS_SECRET_ACCESS_KEY", "canary",
                "BACKENDIM_TOKEN", "canary",
                "PIPPIN", "canary");
        HostSandboxSettings settings = new HostSandboxSettings(
                folder.resolve("cache"),
                OptionalInt.of(310_000),
                limits,
                timeMax,
                environment,
                List.of("PIP_*", "SSL_CERT_FILE"));
        return new HostSandbox(settings, launcher, toolchains, Clock.systemUTC());
    }

    private static InMemorySourceTree script(String python) {
        return InMemorySourceTree.of("main.py", python);
    }

    private static AppManifest manifest(Optional<String> runtime, Optional<String> command, Optional<String> test) {
        return new AppManifest(
                Optional.empty(),
                runtime.map(RuntimeSpec::parse),
                Optional.empty(),
                new TreeMap<>(),
                DEFAULTS.generatedSecrets(),
                DEFAULTS.resources(),
                DEFAULTS.scaling(),
                Optional.empty(),
                DEFAULTS.healthcheck(),
                Optional.empty(),
                new TreeMap<>(),
                List.of(),
                List.of(),
                new AppManifest.Build(command.map(Command::parse), List.of()),
                test.map(Command::parse),
                DEFAULTS.deploy());
    }
}
