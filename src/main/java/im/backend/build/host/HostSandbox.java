package im.backend.build.host;

import im.backend.build.BuildListener;
import im.backend.build.BuildPlan;
import im.backend.build.BuildRequest;
import im.backend.build.BuildSandbox;
import im.backend.build.Built;
import im.backend.build.BuiltTree;
import im.backend.domain.ProjectId;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.RuntimeSpec.Language;
import im.backend.file.FileTree;
import im.backend.host.Launcher;
import im.backend.host.Toolchain;
import im.backend.host.Toolchains;
import im.backend.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Builds on this host. Each project has caches and a user of its own; a build sees its tree, its caches and the language's
 * tools, and of the server's environment only what the settings pass on.
 */
public final class HostSandbox implements BuildSandbox {
    private static final System.Logger LOG = System.getLogger(HostSandbox.class.getName());
    private static final Duration UNUSED_MAX = Duration.ofDays(7);

    private final HostSandboxSettings settings;
    private final Launcher launcher;
    private final Toolchains toolchains;
    private final Clock clock;
    private final Buildah buildah;
    private final Map<ProjectId, ReentrantLock> locks = new ConcurrentHashMap<>();

    public HostSandbox(HostSandboxSettings settings, Launcher launcher, Toolchains toolchains, Clock clock) {
        this.settings = settings;
        this.launcher = launcher;
        this.toolchains = toolchains;
        this.clock = clock;
        this.buildah = new Buildah(
                settings.folder().resolve("buildah"),
                launcher,
                new HostPrograms(settings.environment().getOrDefault("PATH", "")));
    }

    /** Removes what builds of an earlier server left behind. */
    public void start() {
        try {
            new FileTree(settings.folder().resolve("work")).delete();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public Built build(BuildRequest request, BuildPlan plan, BuildListener listener) {
        ReentrantLock lock = locks.computeIfAbsent(request.project(), absent -> new ReentrantLock());
        BuildOutput output = new BuildOutput(listener);
        try {
            lock.lockInterruptibly();
            try {
                return buildAlone(request, plan, output);
            } finally {
                lock.unlock();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Problem.StageFailed("cancelled", "The build was cancelled.", "", output.evidence())
                    .asException(interrupted);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private Built buildAlone(BuildRequest request, BuildPlan plan, BuildOutput output)
            throws IOException, InterruptedException {
        Toolchain toolchain = toolchain(plan.outline().start().runtime());
        toolchain.warning().ifPresent(warning -> output.say("warning: " + warning));
        ProjectCache cache = new ProjectCache(folderOf(request.project()));
        try (BuildRun run = new BuildRun(launcher, settings, request, toolchain, cache, output)) {
            return switch (plan) {
                case BuildPlan.Python python -> new PythonBuild(run, python).build();
                case BuildPlan.Node node -> new NodeBuild(run, node).build();
                case BuildPlan.Go go -> new GoBuild(run, go).build();
                case BuildPlan.Java java -> new JavaBuild(run, java).build();
                case BuildPlan.Static site -> siteOnly(run, site);
                case BuildPlan.Dockerfile dockerfile -> new DockerfileBuild(run, dockerfile, buildah).build();
            };
        }
    }

    private Toolchain toolchain(RuntimeSpec runtime) {
        return runtime.language() == Language.DOCKERFILE ? Toolchain.none() : toolchains.resolve(runtime);
    }

    private static BuiltTree siteOnly(BuildRun run, BuildPlan.Static site) throws IOException, InterruptedException {
        AppBuild build = AppBuild.of("static", List.of());
        var app = build.build(run, site.outline());
        build.test(run, site.outline(), app);
        return new BuiltTree(site.outline().start(), List.of(), app, List.of());
    }

    @Override
    public void prune() {
        long before = clock.millis() - UNUSED_MAX.toMillis();
        try {
            for (Path project : ProjectCache.list(settings.folder().resolve("projects"))) {
                new ProjectCache(project).prune(before);
            }
            buildah.prune();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "build caches not pruned", failed);
        }
    }

    @Override
    public void forget(ProjectId project) {
        try {
            new FileTree(folderOf(project)).delete();
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "build caches of " + project + " not removed", failed);
        }
    }

    private Path folderOf(ProjectId project) {
        return settings.folder().resolve("projects").resolve(project.value());
    }
}
