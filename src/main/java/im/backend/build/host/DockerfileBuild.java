package im.backend.build.host;

import im.backend.build.BuildPlan;
import im.backend.build.BuiltLayout;
import im.backend.domain.Command;
import im.backend.domain.ProjectId;
import im.backend.host.Bind;
import im.backend.host.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** An image from the user's own Dockerfile. Layers that did not change come from buildah's store. */
final class DockerfileBuild {
    /** Times of files and of the image are this, so that the same source gives the same digest. */
    private static final String EPOCH = "0";

    private final BuildRun run;
    private final BuildPlan.Dockerfile plan;
    private final Buildah buildah;

    DockerfileBuild(BuildRun run, BuildPlan.Dockerfile plan, Buildah buildah) {
        this.run = run;
        this.plan = plan;
        this.buildah = buildah;
    }

    static String imageOf(ProjectId project) {
        return "localhost/" + project.value() + ":latest";
    }

    BuiltLayout build() throws IOException, InterruptedException {
        List<String> command = buildah.open(plan.path());
        buildah.store().readLock().lockInterruptibly();
        try {
            return build(command);
        } finally {
            buildah.store().readLock().unlock();
        }
    }

    private BuiltLayout build(List<String> command) throws IOException, InterruptedException {
        String image = imageOf(run.request().project());
        run.bench().write(run.tree(), path -> true);
        List<String> build = with(command, "build");
        build.addAll(isolation());
        build.addAll(List.of("--file", "/app/" + plan.path(), "--tag", image));
        plan.arguments().forEach((name, value) -> build.addAll(List.of("--build-arg", name + "=" + value)));
        build.add("/app");
        run.run(step(plan.path() + " could not be built", Step.BUILD_FAILED, build, List.of()));
        run.output().forget();
        if (plan.outline().test().isPresent()) {
            test(command, image, plan.outline().test().get());
        }
        Path layout = Files.createDirectories(run.cache().layout());
        // The blobs stay for this image to share; an index that is there would keep the last image in it too.
        Files.deleteIfExists(layout.resolve("index.json"));
        run.run(step(
                "the image could not be exported",
                Step.BUILD_FAILED,
                with(command, "push", "--quiet", image, "oci:/layout:latest"),
                List.of(Bind.readWrite(layout, "/layout"))));
        return new BuiltLayout(plan.outline().start(), layout);
    }

    /** Host network, as every build has; in the sandbox a process of it sees no other one, nor the host's files. */
    private static List<String> isolation() {
        return List.of(
                "--isolation",
                "chroot",
                "--cap-drop",
                "CAP_SYS_CHROOT",
                "--layers",
                "--timestamp",
                EPOCH,
                "--format",
                "oci");
    }

    /** A further layer that is thrown away: the command has run in the image, and what it wrote is not in it. */
    private void test(List<String> command, String image, Command test) throws IOException, InterruptedException {
        run.output().say("test: " + test);
        Path folder = Files.createDirectories(run.bench().side().resolve("test"));
        String words = test.resolve(run.request().environment()).stream()
                .map(DockerfileBuild::quoted)
                .collect(Collectors.joining(", ", "[", "]"));
        Files.writeString(folder.resolve("Dockerfile"), "FROM " + image + "\nRUN " + words + "\n");
        List<String> build = with(command, "build", "--pull-never");
        build.addAll(isolation());
        run.request().environment().forEach((name, value) -> build.addAll(List.of("--env", name + "=" + value)));
        build.add(Workbench.SIDE + "/test");
        run.run(step("The tests failed: " + test, Step.TEST_FAILED, build, List.of()));
        run.output().forget();
    }

    private Step step(String what, String slug, List<String> arguments, List<Bind> further) {
        List<Bind> binds = new ArrayList<>(buildah.binds());
        binds.addAll(further);
        return new Step(what, slug, arguments, Map.of(), binds, Launch.Rights.OF_IMAGE_BUILDER);
    }

    private static List<String> with(List<String> command, String... arguments) {
        List<String> whole = new ArrayList<>(command);
        whole.addAll(List.of(arguments));
        return whole;
    }

    /** As JSON, which the exec form of RUN is. */
    private static String quoted(String word) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : word.toCharArray()) {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
