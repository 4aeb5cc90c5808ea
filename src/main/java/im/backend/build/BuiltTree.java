package im.backend.build;

import im.backend.domain.StartPlan;
import im.backend.sbom.PackageUrl;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a sandbox made of a tree.
 *
 * @param start of the plan, with the runtime's version settled
 * @param layers dependencies, each by its own
 * @param app what the build command made of the tree; empty when the tree itself is the app
 * @param packages what was installed and is part of the image, of tests and build tools nothing
 */
public record BuiltTree(
        StartPlan start, List<DependencyLayer> layers, Optional<AppFolder> app, List<PackageUrl> packages)
        implements Built {
    public BuiltTree {
        layers = List.copyOf(layers);
        packages = List.copyOf(packages);
    }

    /**
     * Installed dependencies, read-only, shared by all builds of the project with the same key.
     *
     * @param key of lock file, runtime, platform and tool: equal keys, equal content
     * @param path where the app sees it, as {@code /app/.deps}
     */
    public record DependencyLayer(String key, Path folder, String path) {}

    /**
     * The built app as a folder, read-only and kept until the next {@link BuildSandbox#prune}.
     *
     * @param key of everything that the build read: equal keys, equal content
     */
    public record AppFolder(String key, Path folder) {}
}
