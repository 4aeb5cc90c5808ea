package im.backend.build.language;

import im.backend.build.BuildPlan;
import im.backend.build.BuiltTree.AppFolder;
import im.backend.build.SealedFolder;
import im.backend.domain.Command;
import im.backend.file.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Builds and tests an app in a writable copy of its tree, which the sandbox sees as /app.
 *
 * @param key of the dependencies and tools that the steps see, beside the tree
 * @param steps of the language's own tool, before the manifest's build command
 * @param packages the folder that is put into the tree for builds and tests, as node_modules
 * @param shown that builds and tests see
 * @param environment of builds and tests
 */
record AppBuild(
        String key,
        List<Step> steps,
        Optional<Placed> packages,
        List<Step.Shown> shown,
        Map<String, String> environment,
        ResultCheck check) {

    /** A sealed folder at a name in the tree. */
    record Placed(Path folder, String name) {}

    /** Looks at the built tree and may move things in it. */
    @FunctionalInterface
    interface ResultCheck {
        void check(Path app) throws IOException;
    }

    AppBuild {
        steps = List.copyOf(steps);
        shown = List.copyOf(shown);
        environment = Map.copyOf(environment);
    }

    /** Of a tree that has no dependencies. */
    static AppBuild of(String key, List<Step> steps) {
        return new AppBuild(key, steps, Optional.empty(), List.of(), Map.of(), app -> {});
    }

    /** The built app; empty when there is nothing to build, so that the tree itself is the app. */
    Optional<AppFolder> build(BuildRun run, BuildPlan.Outline outline) throws IOException, InterruptedException {
        if (steps.isEmpty() && outline.buildCommand().isEmpty()) {
            return Optional.empty();
        }
        String name = run.key("app", key)
                .with("tree", run.tree().treeHash())
                .with("command", outline.buildCommand().map(Command::text).orElse(""))
                .with("environment", run.request().environment())
                .name();
        SealedFolder app = run.cache().app(name);
        if (app.isWhole()) {
            run.output().say("build: unchanged, taken from the cache");
        } else {
            runSteps(run, outline);
            Path made = run.collect(
                    Workbench.APP, packages.stream().map(Placed::name).toArray(String[]::new));
            check.check(made);
            app.fill(made);
        }
        app.touch(System.currentTimeMillis());
        return Optional.of(new AppFolder(name, app.path()));
    }

    /** Runs the manifest's test command on a copy, so that whatever tests leave behind is not in the image. */
    void test(BuildRun run, BuildPlan.Outline outline, Optional<AppFolder> built)
            throws IOException, InterruptedException {
        if (outline.test().isEmpty()) {
            return;
        }
        Command test = outline.test().get();
        run.output().say("test: " + test);
        Workbench bench = run.bench();
        bench.clearApp();
        if (built.isPresent()) {
            bench.copy(built.get().folder());
        } else {
            bench.write(run.tree(), path -> true);
        }
        place(bench);
        run.deliver();
        run.run(command(run, test, "The tests failed: " + test, Step.TEST_FAILED));
    }

    private void runSteps(BuildRun run, BuildPlan.Outline outline) throws IOException, InterruptedException {
        Workbench bench = run.bench();
        bench.clearApp();
        bench.write(run.tree(), path -> true);
        place(bench);
        run.deliver();
        for (Step step : steps) {
            run.output().say("build: " + String.join(" ", step.arguments()));
            run.run(step);
        }
        if (outline.buildCommand().isPresent()) {
            Command command = outline.buildCommand().get();
            run.output().say("build: " + command);
            run.run(command(run, command, "The build command failed: " + command, Step.BUILD_FAILED));
        }
        run.output().forget();
    }

    private void place(Workbench bench) throws IOException {
        if (packages.isPresent()) {
            Path target = bench.app().resolve(packages.get().name());
            new FileTree(target).delete();
            bench.place(packages.get().folder(), target);
        }
        for (Step.Shown one : shown) {
            // A mount point has to be there, and the folder around it is the build user's own.
            if (one.path().startsWith(Workbench.APP + "/")) {
                Files.createDirectories(bench.at(one.path()));
            }
        }
    }

    private Step command(BuildRun run, Command command, String what, String slug) {
        Map<String, String> seen = new TreeMap<>(run.request().environment());
        seen.putAll(environment);
        return new Step(what, slug, new ArrayList<>(command.resolve(seen)), seen, shown);
    }
}
