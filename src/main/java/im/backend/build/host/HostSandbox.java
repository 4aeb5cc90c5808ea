package im.backend.build.host;

import im.backend.build.BuildListener;
import im.backend.build.BuildPlan;
import im.backend.build.BuildRequest;
import im.backend.build.BuildSandbox;
import im.backend.build.Built;
import im.backend.build.language.BuildLimits;
import im.backend.build.language.BuildOutput;
import im.backend.build.language.BuildRun;
import im.backend.build.language.ProjectBuilds;
import im.backend.build.language.ProjectCache;
import im.backend.domain.ProjectId;
import im.backend.host.Bind;
import im.backend.host.Launch;
import im.backend.host.Launcher;
import im.backend.host.toolchain.Toolchain;
import im.backend.host.toolchain.Toolchains;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Builds on this host. Each project has caches and a user of its own; a build sees its tree, its caches and the language's
 * tools, and of the server's environment only what the settings pass on.
 */
public final class HostSandbox implements BuildSandbox {
    private static final System.Logger LOG = System.getLogger(HostSandbox.class.getName());

    private final HostSandboxSettings settings;
    private final Launcher launcher;
    private final Toolchains toolchains;
    private final ProjectBuilds builds;
    private final Buildah buildah;

    public HostSandbox(HostSandboxSettings settings, Launcher launcher, Toolchains toolchains, Clock clock) {
        this.settings = settings;
        this.launcher = launcher;
        this.toolchains = toolchains;
        this.builds = new ProjectBuilds(settings.folder(), clock);
        this.buildah = new Buildah(
                settings.folder().resolve("buildah"),
                launcher,
                new HostPrograms(settings.environment().getOrDefault("PATH", "")));
    }

    /** Removes what builds of an earlier server left behind. */
    public void start() {
        builds.start();
    }

    @Override
    public Built build(BuildRequest request, BuildPlan plan, BuildListener listener) {
        return builds.alone(
                request.project(), listener, (cache, output) -> new Build(request, cache, output).build(plan));
    }

    /** One build with what is its own. */
    private final class Build {
        private final BuildRequest request;
        private final ProjectCache cache;
        private final BuildOutput output;

        Build(BuildRequest request, ProjectCache cache, BuildOutput output) {
            this.request = request;
            this.cache = cache;
            this.output = output;
        }

        Built build(BuildPlan plan) throws IOException, InterruptedException {
            return switch (plan) {
                case BuildPlan.OfLanguage language -> build(language);
                case BuildPlan.Dockerfile dockerfile -> build(dockerfile);
            };
        }

        private Built build(BuildPlan.OfLanguage plan) throws IOException, InterruptedException {
            Toolchain toolchain = toolchains.resolve(plan.outline().start().runtime());
            toolchain.warning().ifPresent(warning -> output.say("warning: " + warning));
            try (BuildRun run = run(toolchain, HostWorkshop.Privilege.NONE)) {
                return run.build(plan);
            }
        }

        private Built build(BuildPlan.Dockerfile plan) throws IOException, InterruptedException {
            List<String> command = buildah.open(plan.path());
            List<Bind> binds = new ArrayList<>(buildah.binds());
            binds.add(Bind.readWrite(Files.createDirectories(cache.layout()), DockerfileBuild.LAYOUT));
            HostWorkshop.Privilege builder = new HostWorkshop.Privilege(Launch.Rights.OF_IMAGE_BUILDER, binds);
            buildah.store().readLock().lockInterruptibly();
            try (BuildRun run = run(Toolchain.none(), builder)) {
                return new DockerfileBuild(run, plan, command).build();
            } finally {
                buildah.store().readLock().unlock();
            }
        }

        private BuildRun run(Toolchain toolchain, HostWorkshop.Privilege privilege) {
            OptionalInt account = launcher.hasAccounts()
                    ? settings.accountOf(request.project().value())
                    : OptionalInt.empty();
            HostWorkshop workshop =
                    new HostWorkshop(launcher, settings, toolchain, cache, builds.work(), account, privilege);
            BuildLimits limits =
                    new BuildLimits(settings.timeMax(), settings.limits().memoryBytes());
            return new BuildRun(workshop, limits, request, cache, output);
        }
    }

    @Override
    public void prune() {
        builds.prune();
        try {
            buildah.prune();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (IOException failed) {
            LOG.log(System.Logger.Level.WARNING, "buildah's store not pruned", failed);
        }
    }

    @Override
    public void forget(ProjectId project) {
        builds.forget(project);
    }
}
