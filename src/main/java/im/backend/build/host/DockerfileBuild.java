package im.backend.build.host;

import im.backend.build.BuildPlan;
import im.backend.build.BuiltLayout;
import im.backend.build.language.BuildRun;
import im.backend.build.language.ProjectCache;
import im.backend.build.language.Step;
import im.backend.build.language.Workbench;
import im.backend.domain.Command;
import im.backend.domain.ProjectId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** An image from the user's own Dockerfile. Layers that did not change come from buildah's store. */
final class DockerfileBuild {
    /** Where buildah sees {@link ProjectCache#layout}. */
    static final String LAYOUT = "/layout";

    /** Times of files and of the image are this, so that the same source gives the same digest. */
    private static final String EPOCH = "0";

    private final BuildRun run;
    private final BuildPlan.Dockerfile plan;
    private final List<String> command;

    /** @param command how every command line of buildah begins */
    DockerfileBuild(BuildRun run, BuildPlan.Dockerfile plan, List<String> command) {
        this.run = run;
        this.plan = plan;
        this.command = command;
    }

    static String imageOf(ProjectId project) {
        return "localhost/" + project.value() + ":latest";
    }

    BuiltLayout build() throws IOException, InterruptedException {
        String image = imageOf(run.request().project());
        run.bench().write(run.tree(), path -> true);
        List<String> build = with("build");
        build.addAll(isolation());
        build.addAll(List.of("--file", "/app/" + plan.path(), "--tag", image));
        plan.arguments().forEach((name, value) -> build.addAll(List.of("--build-arg", name + "=" + value)));
        build.add("/app");
        run.run(new Step(plan.path() + " could not be built", Step.BUILD_FAILED, build));
        run.output().forget();
        if (plan.outline().test().isPresent()) {
            test(image, plan.outline().test().get());
        }
        Path layout = run.cache().layout();
        // The blobs stay for this image to share; an index that is there would keep the last image in it too.
        Files.deleteIfExists(layout.resolve("index.json"));
        run.run(new Step(
                "the image could not be exported",
                Step.BUILD_FAILED,
                with("push", "--quiet", image, "oci:" + LAYOUT + ":latest")));
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
    private void test(String image, Command test) throws IOException, InterruptedException {
        run.output().say("test: " + test);
        Path folder = Files.createDirectories(run.bench().side().resolve("test"));
        String words = test.resolve(run.request().environment()).stream()
                .map(DockerfileBuild::quoted)
                .collect(Collectors.joining(", ", "[", "]"));
        Files.writeString(folder.resolve("Dockerfile"), "FROM " + image + "\nRUN " + words + "\n");
        List<String> build = with("build", "--pull-never");
        build.addAll(isolation());
        run.request().environment().forEach((name, value) -> build.addAll(List.of("--env", name + "=" + value)));
        build.add(Workbench.SIDE + "/test");
        run.run(new Step("The tests failed: " + test, Step.TEST_FAILED, build));
        run.output().forget();
    }

    private List<String> with(String... arguments) {
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
