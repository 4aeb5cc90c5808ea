package im.backend.build.language;

import im.backend.build.BuildPlan;
import im.backend.build.BuiltTree;
import im.backend.build.inventory.GoBinary;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A static binary; modules and compiled packages stay in the project's caches. */
final class GoBuild {
    private final BuildRun run;
    private final BuildPlan.Go plan;

    GoBuild(BuildRun run, BuildPlan.Go plan) {
        this.run = run;
        this.plan = plan;
    }

    BuiltTree build() throws IOException, InterruptedException {
        Map<String, String> environment = new TreeMap<>(Map.of(
                "CGO_ENABLED", "0",
                "GOCACHE", "/cache/go-build",
                "GOMODCACHE", "/cache/go-mod",
                "GOPATH", "/cache/go",
                "GOTELEMETRY", "off"));
        boolean vendored =
                run.tree().entries().stream().anyMatch(entry -> entry.path().equals("vendor/modules.txt"));
        environment.put("GOFLAGS", vendored ? "-mod=vendor" : "-mod=readonly");
        Step compile = new Step("go could not build " + plan.mainPackage(), plan.compile(), environment);
        AppBuild app = new AppBuild(
                "go " + run.version() + " " + plan.mainPackage(),
                List.of(compile),
                Optional.empty(),
                List.of(),
                environment,
                built -> {});
        Optional<BuiltTree.AppFolder> built = app.build(run, plan.outline());
        app.test(run, plan.outline(), built);
        return new BuiltTree(
                plan.outline().start(), List.of(), built, run.packages(built, new GoBinary(BuildPlan.Go.BINARY)));
    }
}
