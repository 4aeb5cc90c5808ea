package im.backend.build.jib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import im.backend.build.BuiltImage;
import im.backend.build.ReleaseImage;
import im.backend.domain.InMemorySourceTree;
import im.backend.domain.StartPlan;
import im.backend.host.Bind;
import im.backend.host.HostFacts.SandboxKind;
import im.backend.host.Launch;
import im.backend.host.RootFolder;
import im.backend.host.limit.Limits;
import im.backend.manifest.Manifests;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dockerfiles, built by the real buildah of this host on a base that is made of this host's own files. */
@Tag("slow")
class DockerfileBuildsTest extends HostBuildsKit {
    private static final Limits LIMITS = new Limits(1L << 30, 0, 256, 4096);
    private static final String BASE = "FROM scratch\nADD base.tar /\n";

    @TempDir
    private static Path shared;

    /** A tar with a shell and a few programs. */
    private static byte[] base;

    @BeforeAll
    static void makeBase() throws IOException {
        base = tar(
                RootFolder.make(shared.resolve("base"), "sh", "cat", "ls", "touch", "chown", "sleep", "mkdir", "id"));
    }

    @BeforeEach
    void start() throws IOException {
        assumeThat(Stream.of("/usr/bin/buildah", "/usr/local/bin/buildah"))
                .as("buildah is installed")
                .anyMatch(file -> Files.exists(Path.of(file)));
        assumeThat(launcher.facts().sandbox()).as("bubblewrap works here").isNotEqualTo(SandboxKind.NONE);
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        closeBuilders();
        launcher.sweep(List.of());
        assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(folder.toString());
    }

    @Test
    void anImageIsBuiltAndItsProgramRunsInIt() throws Exception {
        JibImageBuilder builder = builder("here");
        InMemorySourceTree tree = tree(BASE + """
            ARG VERSION=1
            ENV GREETING="hello $VERSION" EMPTY= LD_LIBRARY_PATH=/opt/own
            RUN mkdir -p /srv/deep && chown 33:44 /srv/deep && cat /etc/hosts > /dev/null
            WORKDIR /srv
            COPY message.txt .
            USER 1000
            ENTRYPOINT ["sh", "-c"]
            CMD ["cat message.txt; echo $GREETING"]
            """, "message.txt", "of the source\n");

        BuiltImage built = build(builder, tree, "build: {args: {VERSION: two}}\nvolumes: [/var/lib/app]\n");
        ReleaseImage image = builder.open(built.digest());

        assertThat(lines).contains("found Dockerfile: the image says how it is started");
        assertThat(lines).anyMatch(line -> line.startsWith("STEP ") && line.contains("WORKDIR /srv"));
        assertThat(image.start().folder()).isEqualTo("/srv");
        assertThat(image.start().environment())
                .containsEntry("GREETING", "hello two")
                .containsEntry("EMPTY", "")
                .containsKey("PATH");
        assertThat(image.start().processes().get(StartPlan.WEB).resolve(Map.of()))
                .containsExactly("sh", "-c", "cat message.txt; echo $GREETING");
        assertThat(image.mounts()).singleElement().satisfies(mount -> {
            assertThat(mount.path()).isEqualTo("/");
            assertThat(mount.folder().resolve("var/lib/app")).isEmptyDirectory();
        });
        assertThat(run(image)).contains("of the source", "hello two");
    }

    @Test
    void theSameSourceGivesTheSameDigestAndAChangeSharesTheLayersBelowIt() {
        InMemorySourceTree tree =
                tree(BASE + "RUN touch /made\nCOPY message.txt /\nCMD [\"ls\"]\n", "message.txt", "one");
        JibImageBuilder builder = builder("here");
        BuiltImage first = build(builder, tree, "");
        lines.clear();

        BuiltImage again = build(builder, tree, "");
        BuiltImage elsewhere = build(builder("elsewhere"), tree, "");
        BuiltImage changed = build(builder, tree.with("message.txt", "two"), "");
        BuiltImage back = build(builder, tree, "");

        assertThat(lines).anyMatch(line -> line.contains("Using cache"));
        assertThat(again.digest())
                .isEqualTo(first.digest())
                .isEqualTo(elsewhere.digest())
                .isEqualTo(back.digest());
        assertThat(again.layers()).allMatch(BuiltImage.Layer::reused);
        assertThat(changed.digest()).isNotEqualTo(first.digest());
        assertThat(changed.layers()).extracting(BuiltImage.Layer::reused).containsExactly(true, true, false);
    }

    @Test
    void anEarlierImageStillOpensAfterALaterBuild() throws Exception {
        InMemorySourceTree tree =
                tree(BASE + "COPY message.txt /\nCMD [\"cat\", \"/message.txt\"]\n", "message.txt", "one");
        JibImageBuilder builder = builder("here");
        BuiltImage first = build(builder, tree, "");
        BuiltImage second = build(builder, tree.with("message.txt", "two"), "");
        builder.prune(List.of(first.digest(), second.digest()));

        assertThat(run(builder.open(first.digest()))).contains("one");
        assertThat(run(builder.open(second.digest()))).contains("two");
        assertThat(build(builder, tree, "").digest()).isEqualTo(first.digest());
    }

    @Test
    void aStepThatFailsIsToldWithItsLastLines() {
        Problem.StageFailed problem =
                failure(tree(BASE + "RUN echo about to fail; cat /no-such-file\nCMD [\"ls\"]\n"), "");

        assertThat(problem.slug()).isEqualTo("build-failed");
        assertThat(problem.detail()).startsWith("Dockerfile could not be built (exit code ");
        assertThat(problem.evidence())
                .hasSizeLessThanOrEqualTo(50)
                .contains("about to fail")
                .anyMatch(line -> line.contains("/no-such-file"));
    }

    @Test
    void testsRunInTheImageAndLeaveNothingInIt() throws Exception {
        InMemorySourceTree tree =
                tree(BASE + "WORKDIR /srv\nCOPY message.txt .\nCMD [\"ls\"]\n", "message.txt", "text");
        JibImageBuilder builder = builder("here");

        BuiltImage built =
                build(builder, tree, "test: sh -c 'cat message.txt && touch report \"$0\"' \"a \\\\\\\" b\"\n");
        Problem.StageFailed problem = failure(tree, "test: cat message.txt nothing.txt\n");

        assertThat(run(builder.open(built.digest()))).containsExactly("message.txt");
        assertThat(problem.slug()).isEqualTo("test-failed");
        assertThat(problem.detail()).startsWith("The tests failed: cat message.txt nothing.txt");
        assertThat(problem.evidence()).anyMatch(line -> line.contains("nothing.txt"));
    }

    @Test
    void aStepSeesNeitherTheHostsProgramsNorItsFiles() {
        lines.clear();
        build(
                builder("here"),
                tree(BASE
                        + "RUN ls /proc /root /work /home /buildah; id; cat /proc/1/environ || true; cat"
                        + " /proc/self/status\n"
                        + "CMD [\"ls\"]\n"),
                "");

        assertThat(lines).filteredOn(line -> line.matches("\\d+")).hasSizeLessThan(10);
        assertThat(lines).anyMatch(line -> line.contains("/buildah") && line.contains("No such file"));
        assertThat(lines).anyMatch(line -> line.matches("NoNewPrivs:\\s+1"));
    }

    @Test
    void anImageThatDoesNotSayHowItStartsIsRefused() {
        Problem.StageFailed problem = failure(tree(BASE), "");

        assertThat(problem.slug()).isEqualTo("detection-failed");
        assertThat(problem.fix()).contains("CMD", "entrypoint:");
    }

    @Test
    void backendYmlWinsOverTheImageAndAddsProcesses() {
        JibImageBuilder builder = builder("here");

        BuiltImage built = build(
                builder,
                tree(BASE + "CMD [\"ls\"]\n"),
                "entrypoint: cat $FILE\nprocesses: {worker: sleep 9}\nrelease: touch /tmp/x\n");
        StartPlan start = builder.open(built.digest()).start();

        assertThat(start.processes().get(StartPlan.WEB).resolve(Map.of("FILE", "a")))
                .containsExactly("cat", "a");
        assertThat(start.processes()).containsOnlyKeys(StartPlan.WEB, "worker");
        assertThat(start.release())
                .hasValueSatisfying(command -> assertThat(command.text()).isEqualTo("touch /tmp/x"));
        assertThat(start.folder()).isEqualTo("/");
    }

    @Test
    void withoutBuildahTheMessageSaysHowToInstallIt() {
        environment.put("PATH", folder.toString());

        Problem.StageFailed problem = failure(tree(BASE), "");

        assertThat(problem.slug()).isEqualTo("builder-missing");
        assertThat(problem.fix()).contains("apt install buildah");
    }

    @Test
    void aCancelledBuildLeavesNothingBehindAndTheNextOneWorks() throws Exception {
        JibImageBuilder builder = builder("here");
        List<ProblemException> failed = new ArrayList<>();
        Thread building = Thread.ofVirtual()
                .unstarted(() -> failed.add(catchThrowableOfType(
                        ProblemException.class,
                        () -> build(builder, tree(BASE + "RUN echo up; sleep 600\nCMD [\"ls\"]\n"), ""))));
        building.start();
        await().until(() -> List.copyOf(lines).contains("up"));

        building.interrupt();
        building.join(Duration.ofSeconds(10));

        assertThat(failed)
                .singleElement()
                .satisfies(one -> assertThat(one.problem().slug()).isEqualTo("cancelled"));
        assertThat(build(builder, tree(BASE + "CMD [\"ls\"]\n"), "").layers()).hasSize(1);
        builder.prune(List.of());
    }

    private Problem.StageFailed failure(InMemorySourceTree tree, String manifest) {
        ProblemException failed =
                catchThrowableOfType(ProblemException.class, () -> build(builder("here"), tree, manifest));
        assertThat(failed).isNotNull();
        return (Problem.StageFailed) failed.problem();
    }

    private List<String> run(ReleaseImage image) throws InterruptedException {
        assumeThat(launcher.facts().sandbox())
                .as("bubblewrap in a user namespace works here")
                .isEqualTo(SandboxKind.USER_NAMESPACE);
        List<Bind> binds = image.mounts().stream()
                .map(mount -> Bind.readOnly(mount.folder(), mount.path()))
                .toList();
        Map<String, String> seen = new HashMap<>(image.start().environment());
        List<String> output = new ArrayList<>();
        launcher.run(
                new Launch(
                        "run",
                        image.start().processes().get(StartPlan.WEB).resolve(seen),
                        seen,
                        image.start().folder(),
                        binds,
                        LIMITS,
                        OptionalInt.of(310_001)),
                Duration.ofSeconds(20),
                output::add);
        return output;
    }

    private BuiltImage build(JibImageBuilder builder, InMemorySourceTree tree, String manifest) {
        return build(builder, tree, Manifests.parse(manifest));
    }

    private static InMemorySourceTree tree(String dockerfile, String... pathsAndTexts) {
        InMemorySourceTree tree =
                InMemorySourceTree.of("Dockerfile", dockerfile).with("base.tar", base);
        for (int i = 0; i < pathsAndTexts.length; i += 2) {
            tree = tree.with(pathsAndTexts[i], pathsAndTexts[i + 1]);
        }
        return tree;
    }

    private static byte[] tar(Path root) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, "UTF-8");
                Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(one -> !one.equals(root)).sorted().toList()) {
                String name = root.relativize(file) + (Files.isDirectory(file) ? "/" : "");
                TarArchiveEntry entry = new TarArchiveEntry(name);
                entry.setMode(0755);
                entry.setSize(Files.isDirectory(file) ? 0 : Files.size(file));
                entry.setModTime(0);
                out.putArchiveEntry(entry);
                if (Files.isRegularFile(file)) {
                    Files.copy(file, out);
                }
                out.closeArchiveEntry();
            }
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
        return bytes.toByteArray();
    }
}
