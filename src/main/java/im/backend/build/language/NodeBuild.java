package im.backend.build.language;

import im.backend.build.BuildPlan;
import im.backend.build.BuildPlan.Node.PackageManager;
import im.backend.build.BuildPlan.Node.Scope;
import im.backend.build.BuiltTree;
import im.backend.build.BuiltTree.DependencyLayer;
import im.backend.build.inventory.NodeModules;
import im.backend.domain.RuntimeSpec.Language;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * node_modules is installed in a folder that has only the files a package manager reads. Builds and tests get the
 * development packages too, in a layer of their own that is no part of the image.
 */
final class NodeBuild {
    private static final String MODULES = "node_modules";

    private final BuildRun run;
    private final BuildPlan.Node plan;
    private final ResolvedRuntime runtime;

    NodeBuild(BuildRun run, BuildPlan.Node plan) {
        this.run = run;
        this.plan = plan;
        this.runtime = ResolvedRuntime.of(Language.NODE, run.version());
    }

    BuiltTree build() throws IOException, InterruptedException {
        BuildPlan.Outline outline = plan.outline();
        List<DependencyLayer> layers = new ArrayList<>();
        if (plan.packageManager().isPresent()) {
            layers.add(layer("node packages", plan.packageManager().get(), Scope.PRODUCTION));
        }
        boolean builds = plan.buildScript()
                || outline.buildCommand().isPresent()
                || outline.test().isPresent();
        Optional<DependencyLayer> everything = builds
                        && plan.development()
                        && plan.packageManager().isPresent()
                ? Optional.of(
                        layer("node packages for builds", plan.packageManager().get(), Scope.EVERYTHING))
                : layers.stream().findFirst();
        AppBuild app = appBuild(everything);
        Optional<BuiltTree.AppFolder> built = app.build(run, outline);
        app.test(run, outline, built);
        return new BuiltTree(runtime.settle(outline.start()), layers, built, run.packages(layers, new NodeModules()));
    }

    private AppBuild appBuild(Optional<DependencyLayer> packages) {
        Map<String, String> environment = toolEnvironment();
        environment.put("PATH", run.path("/app/" + MODULES + "/.bin"));
        List<Step> steps = plan.buildScript()
                ? List.of(new Step("The build script failed", List.of("npm", "run", "build"), environment))
                : List.of();
        return new AppBuild(
                packages.map(DependencyLayer::key).orElse("") + " node" + runtime.version(),
                steps,
                packages.map(layer -> new AppBuild.Placed(layer.folder(), MODULES)),
                List.of(),
                environment,
                app -> {});
    }

    private DependencyLayer layer(String what, PackageManager packageManager, Scope scope)
            throws IOException, InterruptedException {
        String key = run.key("node " + scope, packageManager + " node" + runtime.version())
                .with("input", run.contents(plan.inputs()))
                .name();
        return run.layer(what, key, "/app/" + MODULES, bench -> install(bench, packageManager, scope));
    }

    private Path install(Workbench bench, PackageManager packageManager, Scope scope)
            throws IOException, InterruptedException {
        bench.clearApp();
        bench.write(run.tree(), run.staged(plan.inputs()));
        if (!plan.inputs().wholeTree()) {
            // Scripts of the app itself (prepare: husky) want the tree and the development packages.
            PackageDescription.removeScripts(bench.app().resolve("package.json"));
        }
        run.deliver();
        for (List<String> arguments : plan.install(scope)) {
            run.run(new Step(
                    packageManager.name().toLowerCase(Locale.ROOT).replaceAll("_.*", "")
                            + " could not install the packages",
                    arguments,
                    toolEnvironment()));
        }
        return run.collect(Workbench.APP + "/" + MODULES);
    }

    private Map<String, String> toolEnvironment() {
        Map<String, String> environment = new TreeMap<>(Map.ofEntries(
                Map.entry("npm_config_cache", "/cache/npm"),
                Map.entry("npm_config_audit", "false"),
                Map.entry("npm_config_fund", "false"),
                Map.entry("npm_config_update_notifier", "false"),
                Map.entry("npm_config_progress", "false"),
                Map.entry("YARN_CACHE_FOLDER", "/cache/yarn"),
                Map.entry("YARN_ENABLE_GLOBAL_CACHE", "false"),
                Map.entry("YARN_NODE_LINKER", "node-modules"),
                // The release of Yarn in .yarn is no part of what the layer depends on, so it is not there.
                Map.entry("YARN_IGNORE_PATH", "1"),
                Map.entry("YARN_ENABLE_TELEMETRY", "0")));
        if (plan.packageManager().filter(PackageManager.PNPM::equals).isPresent()) {
            // npm warns of what it does not know.
            environment.put("npm_config_store_dir", "/cache/pnpm");
        }
        return environment;
    }
}
