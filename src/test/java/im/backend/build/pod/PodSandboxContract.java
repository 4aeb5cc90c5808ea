package im.backend.build.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import im.backend.build.BuildListener;
import im.backend.build.BuildPlan;
import im.backend.build.BuildRequest;
import im.backend.build.BuildSandbox;
import im.backend.build.Built;
import im.backend.build.BuiltTree;
import im.backend.build.ImageBases;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.domain.AppManifest;
import im.backend.domain.Command;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.ProjectId;
import im.backend.domain.StartPlan;
import im.backend.e2e.PythonImage;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import io.kubernetes.client.openapi.models.V1Pod;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What builds in pods do: runs on the API server of our own and, where one is named, on a real one. */
@Tag("slow")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
abstract class PodSandboxContract {
    private static final ProjectId PROJECT = new ProjectId("admin-shop");
    static final String NAMESPACE = "backendim-builds-test";
    private static final String WHEEL = "greeting-1.0-py3-none-any.whl";
    private static final String OWNER = "pod-sandbox-test";

    @TempDir
    Path folder;

    final List<String> lines = new CopyOnWriteArrayList<>();
    PodSandbox sandbox;

    abstract Cluster cluster();

    abstract ImageBases bases();

    /** Host and port, as the images' names begin. */
    abstract String registry();

    @BeforeEach
    void start() {
        sandbox = sandbox(new PodSandboxSettings.PodLimits(
                256L << 20, 1L << 30, Duration.ofMinutes(2), Duration.ofMinutes(2), 2));
    }

    PodSandbox sandbox(PodSandboxSettings.PodLimits limits) {
        PodSandboxSettings settings = new PodSandboxSettings(
                folder.resolve("cache"),
                NAMESPACE,
                OWNER,
                registry(),
                Optional.empty(),
                limits,
                Map.of("PIP_NO_INDEX", "1", "PIP_CERT", "/etc/ssl/certs/ca-certificates.crt"),
                List.of());
        PodSandbox made = new PodSandbox(
                settings, cluster(), bases(), new NoDockerfiles(), Clock.systemUTC(), RandomGenerator.getDefault());
        made.start();
        return made;
    }

    @AfterEach
    void nothingIsLeft() {
        await("no pod and no Secret of a build")
                .atMost(Duration.ofSeconds(20))
                .until(() -> pods().isEmpty()
                        && cluster().list(Kind.SECRET, Selection.in(NAMESPACE)).isEmpty());
    }

    private List<V1Pod> pods() {
        return cluster().list(Kind.POD, Selection.in(NAMESPACE));
    }

    @Test
    void packagesAreInstalledInThePodAndComeBackAsALayer() throws IOException {
        InMemorySourceTree tree = shop("print('hello')");

        BuiltTree built =
                build(sandbox, tree, Optional.empty(), Optional.of("python3 -c 'import greeting; greeting.hello()'"));

        assertThat(built.layers()).singleElement().satisfies(layer -> {
            assertThat(layer.path()).isEqualTo("/app/.deps");
            Path packages = layer.folder()
                    .resolve("lib/python" + built.start().runtime().version() + "/site-packages");
            assertThat(packages.resolve("greeting.py")).isRegularFile();
            assertThat(packages.resolve("__pycache__")).isDirectory();
            assertThat(layer.folder().resolve("bin/greet")).content().startsWith("#!/usr/bin/env python3\n");
        });
        assertThat(built.packages()).extracting(Object::toString).containsExactly("pkg:pypi/greeting@1.0");
        assertThat(lines).contains("python packages: installing", "hello from the package");
    }

    @Test
    void theSameLockOnTheSameBaseMakesNoPod() throws IOException {
        InMemorySourceTree tree = shop("print('hello')");
        build(sandbox, tree, Optional.empty(), Optional.empty());
        lines.clear();
        Duration moment = Duration.ofSeconds(1);
        PodSandbox later = sandbox(new PodSandboxSettings.PodLimits(256L << 20, 1L << 30, moment, moment, 2));

        build(later, shop("print('changed')"), Optional.empty(), Optional.empty());

        assertThat(lines).containsExactly("python packages: unchanged, taken from the cache");
    }

    @Test
    void aBuildCommandsResultIsTheApp() {
        BuiltTree built = build(
                sandbox,
                script("import os\n"
                        + "open('made.txt', 'w').write(os.environ['GREETING'])\n"
                        + "os.symlink('made.txt', 'link')"),
                Optional.of("python3 main.py"),
                Optional.empty());

        Path app = built.app().orElseThrow().folder();
        assertThat(app.resolve("made.txt")).hasContent("hi");
        assertThat(app.resolve("link")).isSymbolicLink();
        assertThat(app.resolve("main.py")).isRegularFile();
    }

    @Test
    void aFailedTestEndsTheBuildWithItsLastLines() {
        Problem.StageFailed failed = failure(
                sandbox,
                script("for n in range(80): print('line', n)\nraise SystemExit(3)"),
                Optional.of("python3 main.py"));

        assertThat(failed.slug()).isEqualTo("test-failed");
        assertThat(failed.detail()).isEqualTo("The tests failed: python3 main.py (exit code 3).");
        assertThat(failed.evidence()).hasSize(50).endsWith("line 79");
    }

    @Test
    void aBuildThatTakesTooLongIsEnded() {
        PodSandbox hasty = sandbox(new PodSandboxSettings.PodLimits(
                256L << 20, 1L << 30, Duration.ofSeconds(12), Duration.ofMinutes(2), 2));

        Problem.StageFailed failed = failure(
                hasty,
                script("import time\nprint('waits', flush=True)\ntime.sleep(100)"),
                Optional.of("python3 main.py"));

        assertThat(failed.slug()).isEqualTo("timeout");
        assertThat(failed.evidence()).contains("waits");
    }

    @Test
    void anInterruptedBuildLeavesNoPod() throws InterruptedException {
        AtomicReference<Problem.StageFailed> failed = new AtomicReference<>();
        Thread build = Thread.ofVirtual()
                .start(() -> failed.set(failure(
                        sandbox,
                        script("import time\nprint('waits', flush=True)\ntime.sleep(100)"),
                        Optional.of("python3 main.py"))));
        await("the program in the pod").atMost(Duration.ofSeconds(60)).until(() -> lines.contains("waits"));

        build.interrupt();

        assertThat(build.join(Duration.ofSeconds(10))).isTrue();
        assertThat(failed.get().slug()).isEqualTo("cancelled");
        await("no pod").atMost(Duration.ofSeconds(10)).until(() -> pods().isEmpty());
    }

    BuiltTree build(PodSandbox on, InMemorySourceTree tree, Optional<String> command, Optional<String> test) {
        boolean packages = tree.read("requirements.txt", 1 << 10).isPresent();
        StartPlan start =
                new StartPlan(PythonImage.runtime(), new TreeMap<>(), Optional.empty(), new TreeMap<>(), StartPlan.APP);
        BuildPlan plan = new BuildPlan.Python(
                new BuildPlan.Outline(
                        "", List.of(), start, command.map(Command::parse), test.map(Command::parse), List.of()),
                packages
                        ? new BuildPlan.Python.Packages(List.of("requirements.txt"), List.of(), List.of())
                        : BuildPlan.Python.Packages.NONE,
                BuildPlan.Python.Packages.NONE,
                packages ? new BuildPlan.Inputs(List.of("requirements.txt", WHEEL), false) : BuildPlan.Inputs.NONE);
        return (BuiltTree) on.build(
                new BuildRequest(PROJECT, tree, AppManifest.defaults(), Map.of("GREETING", "hi")), plan, lines::add);
    }

    Problem.StageFailed failure(PodSandbox on, InMemorySourceTree tree, Optional<String> test) {
        return (Problem.StageFailed)
                catchThrowableOfType(() -> build(on, tree, Optional.empty(), test), ProblemException.class)
                        .problem();
    }

    static InMemorySourceTree script(String text) {
        return InMemorySourceTree.of("main.py", text);
    }

    /** With a package of its own, so that nothing has to be fetched from anywhere. */
    private static InMemorySourceTree shop(String text) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        files.put("main.py", text.getBytes(StandardCharsets.UTF_8));
        files.put("requirements.txt", ("./" + WHEEL + "\n").getBytes(StandardCharsets.UTF_8));
        files.put(WHEEL, wheel());
        return InMemorySourceTree.ofBytes(files);
    }

    private static byte[] wheel() throws IOException {
        Map<String, String> files = new TreeMap<>(Map.of(
                "greeting.py",
                "def hello():\n    print('hello from the package')\n",
                "greeting-1.0.dist-info/METADATA",
                "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n",
                "greeting-1.0.dist-info/WHEEL",
                "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
                "greeting-1.0.dist-info/entry_points.txt",
                "[console_scripts]\ngreet = greeting:hello\n",
                "greeting-1.0.dist-info/RECORD",
                ""));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                ZipEntry entry = new ZipEntry(file.getKey());
                entry.setTime(0);
                zip.putNextEntry(entry);
                zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private record NoDockerfiles() implements BuildSandbox {
        @Override
        public Built build(BuildRequest request, BuildPlan plan, BuildListener listener) {
            throw new IllegalStateException("no Dockerfile is built here");
        }

        @Override
        public void prune() {}

        @Override
        public void forget(ProjectId project) {}
    }
}
