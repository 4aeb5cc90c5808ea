package im.backend.build.pod;

import im.backend.build.BuildListener;
import im.backend.build.BuildPlan;
import im.backend.build.BuildRequest;
import im.backend.build.BuildSandbox;
import im.backend.build.Built;
import im.backend.build.ImageBases;
import im.backend.build.language.BuildLimits;
import im.backend.build.language.BuildOutput;
import im.backend.build.language.BuildRun;
import im.backend.build.language.ProjectBuilds;
import im.backend.build.language.ProjectCache;
import im.backend.cluster.Cluster;
import im.backend.domain.ProjectId;
import java.io.IOException;
import java.time.Clock;
import java.util.random.RandomGenerator;

/**
 * Builds on Kubernetes: each in a pod of its own, of the image that the app will run on, so that what is compiled fits it
 * (ADR 0026). Layers stay in the server's cache, by lock file and base image.
 */
public final class PodSandbox implements BuildSandbox {
    private final PodSandboxSettings settings;
    private final BuildSandbox dockerfiles;
    private final BuildPods pods;
    private final ProjectBuilds builds;

    /**
     * @param images that builds run in; they hold a shell's basic tools (tar, env, find) and the language's own
     * @param dockerfiles builds what has a Dockerfile: that needs rights which no pod of the restricted profile has
     */
    public PodSandbox(
            PodSandboxSettings settings,
            Cluster cluster,
            ImageBases images,
            BuildSandbox dockerfiles,
            Clock clock,
            RandomGenerator random) {
        this.settings = settings;
        this.dockerfiles = dockerfiles;
        this.pods = new BuildPods(cluster, settings, images, new BuildNames(random));
        this.builds = new ProjectBuilds(settings.folder(), clock);
    }

    /** Makes the room for builds in the cluster, and removes what builds of an earlier server left. */
    public void start() {
        builds.start();
        pods.prepare();
    }

    @Override
    public Built build(BuildRequest request, BuildPlan plan, BuildListener listener) {
        return switch (plan) {
            case BuildPlan.OfLanguage language ->
                builds.alone(request.project(), listener, (cache, output) -> build(request, language, cache, output));
            case BuildPlan.Dockerfile dockerfile -> dockerfiles.build(request, dockerfile, listener);
        };
    }

    private Built build(BuildRequest request, BuildPlan.OfLanguage plan, ProjectCache cache, BuildOutput output)
            throws IOException, InterruptedException {
        BuildLimits limits =
                new BuildLimits(settings.limits().timeMax(), settings.limits().memoryBytes());
        PodWorkshop workshop =
                new PodWorkshop(pods, request.project(), plan.outline().start().runtime(), builds.work());
        try (BuildRun run = new BuildRun(workshop, limits, request, cache, output)) {
            return run.build(plan);
        }
    }

    @Override
    public void prune() {
        builds.prune();
        dockerfiles.prune();
    }

    @Override
    public void forget(ProjectId project) {
        builds.forget(project);
        dockerfiles.forget(project);
    }
}
