package im.backend.build.language;

import im.backend.build.BuildPlan;
import im.backend.build.BuildRequest;
import im.backend.build.BuiltTree;
import im.backend.build.BuiltTree.AppFolder;
import im.backend.build.BuiltTree.DependencyLayer;
import im.backend.build.SealedFolder;
import im.backend.build.inventory.Inventory;
import im.backend.domain.SourceTree;
import im.backend.problem.Problem;
import im.backend.sbom.PackageUrl;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One build on its way: its place, its deadline, its output, and the one way to run a program of it. */
public final class BuildRun implements AutoCloseable {
    private final Workshop workshop;
    private final BuildLimits limits;
    private final BuildRequest request;
    private final ProjectCache cache;
    private final BuildOutput output;
    private final long deadlineNanos;

    public BuildRun(
            Workshop workshop, BuildLimits limits, BuildRequest request, ProjectCache cache, BuildOutput output) {
        this.workshop = workshop;
        this.limits = limits;
        this.request = request;
        this.cache = cache;
        this.output = output;
        this.deadlineNanos = System.nanoTime() + limits.timeMax().toNanos();
    }

    /** With the tools of the plan's language. */
    public BuiltTree build(BuildPlan.OfLanguage plan) throws IOException, InterruptedException {
        return switch (plan) {
            case BuildPlan.Python python -> new PythonBuild(this, python).build();
            case BuildPlan.Node node -> new NodeBuild(this, node).build();
            case BuildPlan.Go go -> new GoBuild(this, go).build();
            case BuildPlan.Java java -> new JavaBuild(this, java).build();
            case BuildPlan.Static site -> siteOnly(site);
        };
    }

    private BuiltTree siteOnly(BuildPlan.Static site) throws IOException, InterruptedException {
        AppBuild build = AppBuild.of("static", List.of());
        Optional<AppFolder> app = build.build(this, site.outline());
        build.test(this, site.outline(), app);
        return new BuiltTree(site.outline().start(), List.of(), app, List.of());
    }

    public BuildRequest request() {
        return request;
    }

    public SourceTree tree() {
        return request.tree();
    }

    public BuildOutput output() {
        return output;
    }

    public ProjectCache cache() {
        return cache;
    }

    public Workbench bench() throws IOException {
        return workshop.bench();
    }

    /** Of the runtime's tools. */
    String version() {
        return workshop.version();
    }

    Optional<Workshop.Tool> find(Workshop.ToolName name) {
        return workshop.find(name);
    }

    BuildKey key(String kind, String tool) {
        return BuildKey.of(workshop.platform(), kind, tool);
    }

    /** The files that a package manager reads, by content. */
    Map<String, String> contents(BuildPlan.Inputs inputs) {
        if (inputs.wholeTree()) {
            return Map.of("tree", tree().treeHash());
        }
        return tree().entries().stream()
                .filter(entry -> inputs.files().contains(entry.path()))
                .collect(Collectors.toMap(SourceTree.Entry::path, SourceTree.Entry::blob));
    }

    Predicate<String> staged(BuildPlan.Inputs inputs) {
        return path -> inputs.wholeTree() || inputs.files().contains(path);
    }

    /** Installs a layer unless one of that key is there; the tool is then not started at all. */
    DependencyLayer layer(String what, String key, String path, Installation installation)
            throws IOException, InterruptedException {
        SealedFolder layer = cache.layer(key);
        if (layer.isWhole()) {
            output.say(what + ": unchanged, taken from the cache");
        } else {
            output.say(what + ": installing");
            layer.fill(installation.install(bench()));
            output.forget();
        }
        layer.touch(System.currentTimeMillis());
        return new DependencyLayer(key, layer.path(), path);
    }

    /** What is installed in a layer or app of that key; read from the folder once. */
    List<PackageUrl> packages(String key, Path folder, Inventory inventory) throws IOException {
        return cache.packages().of(key, folder, inventory);
    }

    List<PackageUrl> packages(List<DependencyLayer> layers, Inventory inventory) throws IOException {
        List<PackageUrl> packages = new ArrayList<>();
        for (DependencyLayer layer : layers) {
            packages.addAll(packages(layer.key(), layer.folder(), inventory));
        }
        return packages;
    }

    List<PackageUrl> packages(Optional<AppFolder> app, Inventory inventory) throws IOException {
        return app.isPresent() ? packages(app.get().key(), app.get().folder(), inventory) : List.of();
    }

    /** Makes a folder that becomes a layer. */
    @FunctionalInterface
    interface Installation {
        Path install(Workbench bench) throws IOException, InterruptedException;
    }

    /** What is on the bench is what the next program sees. */
    void deliver() throws IOException, InterruptedException {
        workshop.deliver();
    }

    /**
     * @param path of a folder that programs filled, as they see it
     * @param without names in it that are not wanted
     */
    Path collect(String path, String... without) throws IOException, InterruptedException {
        return workshop.collect(path, List.of(without));
    }

    /** Runs a program to its end; a failure, the deadline and the memory limit are told by name. */
    public void run(Step step) throws IOException, InterruptedException {
        Duration left = Duration.ofNanos(deadlineNanos - System.nanoTime());
        if (!left.isPositive()) {
            throw timedOut(step);
        }
        switch (workshop.run(step, environment(step), left, output::tool)) {
            case Workshop.Outcome.OutOfMemory() -> throw outOfMemory(step);
            case Workshop.Outcome.TimedOut() -> throw timedOut(step);
            case Workshop.Outcome.Ended(int code) -> {
                if (code != 0) {
                    throw BuildFailure.of(step.slug(), step.what() + " (exit code " + code + ").", output.evidence())
                            .asException();
                }
            }
        }
    }

    /** PATH of a step, with the given folders first. */
    String path(String... first) {
        return Stream.concat(Stream.of(first), Stream.of(workshop.path()))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private Map<String, String> environment(Step step) {
        Map<String, String> environment = new TreeMap<>(workshop.environment());
        environment.putAll(Map.of(
                "PATH",
                path(),
                "HOME",
                Workbench.SIDE + "/home",
                "TMPDIR",
                Workbench.SIDE + "/tmp",
                "LANG",
                "C.UTF-8"));
        environment.putAll(step.environment());
        environment.keySet().removeIf(name -> name.startsWith("LD_"));
        return environment;
    }

    private RuntimeException timedOut(Step step) {
        String limit = limits.timeMax().toMinutes() > 0
                ? limits.timeMax().toMinutes() + " minutes"
                : limits.timeMax().toSeconds() + " seconds";
        return new Problem.StageFailed(
                        "timeout",
                        step.what() + ": the build was ended after " + limit + ".",
                        "Make it faster, or raise build.time-max of the server.",
                        output.evidence())
                .asException();
    }

    private RuntimeException outOfMemory(Step step) {
        return new Problem.StageFailed(
                        "out-of-memory",
                        step.what() + ": the build needed more than " + (limits.memoryMaxBytes() >> 20)
                                + " MiB of memory.",
                        "Let the build use less, or raise build.memory-max of the server.",
                        output.evidence())
                .asException();
    }

    @Override
    public void close() throws IOException {
        workshop.close();
    }
}
