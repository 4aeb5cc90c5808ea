package im.backend.build;

import im.backend.domain.ProjectId;
import im.backend.sbom.PackageUrl;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Gives what it was told to give and runs nothing; for tests of whatever uses a {@link BuildSandbox}. */
public final class FakeBuildSandbox implements BuildSandbox {
    private final List<BuiltTree.DependencyLayer> layers = new ArrayList<>();
    private final List<PackageUrl> packages = new ArrayList<>();
    private Optional<BuiltTree.AppFolder> app = Optional.empty();

    public void giveLayer(String key, Path folder, String path) {
        layers.removeIf(layer -> layer.path().equals(path));
        layers.add(new BuiltTree.DependencyLayer(key, folder, path));
    }

    public void giveApp(String key, Path folder) {
        app = Optional.of(new BuiltTree.AppFolder(key, folder));
    }

    public void givePackage(PackageUrl one) {
        packages.add(one);
    }

    @Override
    public BuiltTree build(BuildRequest request, BuildPlan plan, BuildListener listener) {
        return new BuiltTree(plan.outline().start(), layers, app, packages);
    }

    @Override
    public void prune() {
        // It keeps nothing.
    }

    @Override
    public void forget(ProjectId project) {
        // It keeps nothing.
    }
}
