package im.backend.build.language;

import im.backend.build.BuildPlan;
import im.backend.build.BuildPlan.Python.Packages;
import im.backend.build.BuiltTree;
import im.backend.build.BuiltTree.DependencyLayer;
import im.backend.build.inventory.PythonDistributions;
import im.backend.domain.RuntimeSpec.Language;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Packages go to {@code B/lib/pythonX.Y/site-packages} with PYTHONUSERBASE=B: unlike a venv it may be moved and linked,
 * and unlike PYTHONPATH it honours {@code .pth} files. They are installed by uv where it is there, else by pip.
 */
final class PythonBuild {
    private static final String DEPENDENCIES = "/app/.deps";
    private static final String CONSTRAINTS = Workbench.SIDE + "/constraints.txt";
    /**
     * Bytecode by content and not by time, so that the layer is the same wherever it is made; without it every start
     * would compile all packages anew. Some packages carry files that are not meant to compile: these are left as they
     * are. Where the host allows no semaphores, one worker does it.
     */
    private static final String COMPILE = """
        import compileall, py_compile, sys
        folder, stripped, seen = sys.argv[1:]
        def compile_with(workers):
            compileall.compile_dir(
                folder, maxlevels=30, quiet=2, workers=workers, stripdir=stripped, prependdir=seen,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
        if sys.version_info >= (3, 9):
            try:
                compile_with(0)
            except (OSError, NotImplementedError):
                compile_with(1)
        """;

    private static final Map<String, String> QUIET = Map.of(
            "PIP_CACHE_DIR", "/cache/pip",
            "UV_CACHE_DIR", "/cache/uv",
            "PYTHONDONTWRITEBYTECODE", "1");

    private final BuildRun run;
    private final BuildPlan.Python plan;
    private final ResolvedRuntime runtime;

    PythonBuild(BuildRun run, BuildPlan.Python plan) {
        this.run = run;
        this.plan = plan;
        this.runtime = ResolvedRuntime.of(Language.PYTHON, run.version());
    }

    BuiltTree build() throws IOException, InterruptedException {
        BuildPlan.Outline outline = plan.outline();
        List<DependencyLayer> layers = new ArrayList<>();
        if (!plan.packages().isEmpty()) {
            layers.add(layer("python packages", plan.packages()));
        }
        AppBuild app = appBuild(layers);
        Optional<BuiltTree.AppFolder> built = app.build(run, outline);
        if (outline.test().isPresent() && !plan.development().isEmpty()) {
            app = appBuild(List.of(layer("python packages for tests", together())));
        }
        app.test(run, outline, built);
        return new BuiltTree(
                runtime.settle(outline.start()), layers, built, run.packages(layers, new PythonDistributions()));
    }

    private AppBuild appBuild(List<DependencyLayer> layers) {
        Map<String, String> environment = new TreeMap<>(plan.outline().start().environment());
        environment.put("PYTHONDONTWRITEBYTECODE", "1");
        environment.put("PATH", run.path(DEPENDENCIES + "/bin"));
        environment.put("PYTHONUSERBASE", DEPENDENCIES);
        return new AppBuild(
                layers.stream()
                        .map(DependencyLayer::key)
                        .reduce("python " + runtime.version(), (all, key) -> all + " " + key),
                List.of(),
                Optional.empty(),
                layers.stream()
                        .map(layer -> new Step.Shown(layer.folder(), layer.path()))
                        .toList(),
                environment,
                app -> {});
    }

    private Packages together() {
        List<String> files = new ArrayList<>(plan.packages().files());
        files.addAll(plan.development().files());
        List<String> requirements = new ArrayList<>(plan.packages().requirements());
        requirements.addAll(plan.development().requirements());
        return new Packages(files, requirements, plan.packages().constraints());
    }

    private DependencyLayer layer(String what, Packages packages) throws IOException, InterruptedException {
        Optional<Workshop.Tool> uv = run.find(Workshop.ToolName.UV);
        String key = run.key("python", (uv.isPresent() ? "uv" : "pip") + " python" + runtime.version())
                .with("input", run.contents(plan.inputs()))
                .with("file", packages.files())
                .with("requirement", packages.requirements())
                .with("constraint", packages.constraints())
                .name();
        return run.layer(what, key, DEPENDENCIES, bench -> install(bench, packages, uv));
    }

    private Path install(Workbench bench, Packages packages, Optional<Workshop.Tool> uv)
            throws IOException, InterruptedException {
        bench.clearApp();
        bench.clearResult();
        bench.write(run.tree(), run.staged(plan.inputs()));
        String target = Workbench.RESULT + "/lib/python" + runtime.version() + "/site-packages";
        List<String> arguments = new ArrayList<>(uv.isPresent() ? uvArguments(uv.get(), target) : pipArguments(target));
        packages.files().forEach(file -> arguments.addAll(List.of("-r", file)));
        if (!packages.constraints().isEmpty()) {
            bench.writeFile(bench.side().resolve("constraints.txt"), packages.constraints());
            arguments.addAll(List.of("-c", CONSTRAINTS));
        }
        arguments.addAll(packages.requirements());
        run.deliver();
        run.run(new Step(
                (uv.isPresent() ? "uv" : "pip") + " could not install the packages",
                Step.BUILD_FAILED,
                arguments,
                QUIET,
                uv.map(Workshop.Tool::needs).orElse(List.of())));
        compile();
        Path base = run.collect(Workbench.RESULT);
        new ConsoleScripts(base, base.resolve("lib/python" + runtime.version() + "/site-packages/bin")).move();
        return base;
    }

    /** A package without a wheel is compiled by pip: wheels are preferred, since they do not depend on this host. */
    private static List<String> pipArguments(String target) {
        return List.of(
                "python3",
                "-m",
                "pip",
                "install",
                "--no-compile",
                "--disable-pip-version-check",
                "--no-input",
                "--no-warn-script-location",
                "--no-warn-conflicts",
                "--root-user-action=ignore",
                "--progress-bar=off",
                "--prefer-binary",
                "--target",
                target);
    }

    private static List<String> uvArguments(Workshop.Tool uv, String target) {
        return List.of(
                uv.program(),
                "pip",
                "install",
                "--python",
                "python3",
                "--no-progress",
                "--link-mode",
                "copy",
                "--target",
                target);
    }

    private void compile() throws IOException, InterruptedException {
        run.run(new Step(
                "The packages could not be compiled",
                List.of("python3", "-c", COMPILE, Workbench.RESULT + "/lib", Workbench.RESULT, DEPENDENCIES),
                Map.of()));
    }
}
