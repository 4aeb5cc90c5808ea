package im.backend.deploy;

import im.backend.deploy.ports.Ports;
import im.backend.deploy.queue.DeployDesk;
import im.backend.deploy.rollout.Redaction;
import im.backend.deploy.rollout.Rollout;
import im.backend.domain.AppManifest;
import im.backend.domain.Caller;
import im.backend.domain.Command;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentId;
import im.backend.domain.Project;
import im.backend.domain.Release;
import im.backend.domain.SecretName;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.LogLine;
import im.backend.orchestrator.Workload;
import im.backend.problem.Problem;
import im.backend.problem.Violation;
import im.backend.secret.Redactor;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What is done with a project that runs. */
public final class Operations {
    public static final int REPLICAS_MAX = 20;
    /** More releases than lines of a log can usually be of. */
    private static final int RELEASES_NAMED_MAX = 50;

    private static final Duration RUN_MAX = Duration.ofHours(1);
    private static final String RUN_PROCESS = "run";

    private final Ports ports;
    private final ProjectAccess access;
    private final ProjectLifecycle lifecycle;
    private final Rollout rollout;
    private final DeployDesk desk;
    private final Supplier<DeploymentId> ids;

    Operations(
            Ports ports,
            ProjectAccess access,
            ProjectLifecycle lifecycle,
            Rollout rollout,
            DeployDesk desk,
            Supplier<DeploymentId> ids) {
        this.ports = ports;
        this.access = access;
        this.lifecycle = lifecycle;
        this.rollout = rollout;
        this.desk = desk;
        this.ids = ids;
    }

    public ProjectState state(Caller caller, String project) {
        Project found = access.find(caller, project);
        Optional<Release> live = lifecycle.live(found);
        var orchestrator = ports.hosting().orchestrator();
        int replicas = ports.stores()
                .projects()
                .replicas(found.id())
                .or(() -> live.map(release -> release.manifest().scaling().min()))
                .orElse(AppManifest.Scaling.DEFAULT.min());
        return new ProjectState(
                found,
                live,
                urls(found, live),
                live.isPresent() ? rollout.traffic().unsecured(found.id()) : Collections.emptySortedMap(),
                orchestrator.running(found.id()).stream()
                        .map(instance -> new ProjectState.SeenInstance(instance, orchestrator.observe(instance.key())))
                        .toList(),
                ports.hosting().schedules().states(found.id()),
                ports.stores().log().list(found.id(), Instant.MAX, 1).stream().findFirst(),
                replicas);
    }

    /** Where a project answers, the main address first; as {@link #state} tells it, without a look at what runs. */
    public List<URI> urls(Caller caller, String project) {
        Project found = access.find(caller, project);
        return urls(found, lifecycle.live(found));
    }

    private List<URI> urls(Project project, Optional<Release> live) {
        return rollout.traffic()
                .urls(project.id(), live.map(Release::commit).stream().toList());
    }

    /** @return the deployment that brings the replicas up; empty while nothing is live, then it holds for the next one */
    public Optional<Deployment> scale(Caller caller, String project, int replicas) {
        Project found = access.find(caller, project);
        if (replicas < 1 || replicas > REPLICAS_MAX) {
            throw refused(replicas, "expected: 1 to " + REPLICAS_MAX + "; `backendim stop` stops it");
        }
        Optional<AppManifest> manifest =
                ports.stores().releases().latest(found.id()).map(Release::manifest);
        if (replicas > 1 && manifest.isPresent() && rollout.stopsFirst(manifest.get(), Optional.empty())) {
            throw refused(
                    replicas,
                    "expected: 1, because the app has a volume that is not shared; say `shared: true` when"
                            + " several instances may write to it");
        }
        if (replicas > 1 && manifest.filter(rollout::hasPortAlone).isPresent()) {
            throw refused(replicas, "expected: 1, because the app insists on a port; let it read PORT");
        }
        ports.stores().projects().setReplicas(found.id(), replicas);
        return lifecycle.applySettings(caller, found);
    }

    /** The live release once more, with the present env and secrets; Conflict {@code not-running} when none is live. */
    public Deployment restart(Caller caller, String project) {
        Project found = access.find(caller, project);
        return lifecycle
                .applySettings(caller, found)
                .orElseThrow(() -> new Problem.Conflict(
                                "not-running",
                                found.id() + " does not run; `backendim start` starts its latest release.")
                        .asException());
    }

    /** Cancels what is being deployed, withdraws the routes and stops every instance. Releases and data stay. */
    public void stop(Caller caller, String project) {
        lifecycle.stop(access.find(caller, project));
    }

    /** The latest release again after {@link #stop}; Conflict {@code no-release} when there never was one. */
    public Deployment start(Caller caller, String project) {
        Project found = access.find(caller, project);
        return desk.placeAgain(new DeployDesk.Again(
                        found.id(),
                        caller.user(),
                        Deployment.Origin.START,
                        ports.stores().releases().latest(found.id())))
                .orElseThrow(() -> noRelease(found));
    }

    /**
     * Runs a command with the image, env and volumes of the live release (of the latest one while stopped) and waits for
     * its end. Interrupting kills it.
     *
     * @param output hears each line, redacted, in the calling thread
     */
    public Exit run(Caller caller, String project, Command command, Consumer<String> output) {
        Project found = access.find(caller, project);
        Release release = lifecycle.live(found).orElseGet(() -> latest(found));
        Redactor redactor = new Redaction(ports.secrets()).of(release);
        Workload workload =
                rollout.launcher().oneOff(found, release, new Workload.Key(ids.get(), RUN_PROCESS, 0), command);
        return ports.hosting().oneOff().run(workload, RUN_MAX, line -> output.accept(redactor.apply(line)));
    }

    /** The last lines that the app wrote, oldest first, redacted. */
    public List<LogLine> logs(Caller caller, String project, int countMax) {
        Project found = access.find(caller, project);
        return redacted(found, ports.hosting().logs().last(found.id(), countMax));
    }

    /** Lines after {@code position}, oldest first, redacted; empty when there is none yet. */
    public List<LogLine> logsAfter(Caller caller, String project, long position, int countMax) {
        Project found = access.find(caller, project);
        return redacted(found, ports.hosting().logs().after(found.id(), position, countMax));
    }

    private List<LogLine> redacted(Project project, List<LogLine> lines) {
        if (lines.isEmpty()) {
            return lines;
        }
        SortedMap<SecretName, Integer> pinned =
                lifecycle.live(project).map(Release::secretVersions).orElseGet(TreeMap::new);
        Redactor redactor = new Redaction(ports.secrets()).of(project.id(), pinned);
        return Redaction.apply(redactor, versioned(project, lines));
    }

    /** Lines of a release that went live name its version; those of others keep the commit. */
    private List<LogLine> versioned(Project project, List<LogLine> lines) {
        Map<String, String> versions = new HashMap<>();
        ports.stores()
                .releases()
                .list(project.id(), Integer.MAX_VALUE, RELEASES_NAMED_MAX)
                .forEach(release -> versions.put(
                        LogLine.deploymentMark(release.deployment()),
                        release.version().toString()));
        return lines.stream()
                .map(line -> line.withRelease(versions.getOrDefault(line.deployment(), line.release())))
                .toList();
    }

    private Release latest(Project project) {
        return ports.stores().releases().latest(project.id()).orElseThrow(() -> noRelease(project));
    }

    private static RuntimeException noRelease(Project project) {
        return new Problem.Conflict(
                        "no-release", project.id() + " has no release yet; `backendim deploy` makes the first.")
                .asException();
    }

    private static RuntimeException refused(int replicas, String why) {
        return new Problem.Invalid(
                        "validation",
                        "The number of replicas is not allowed.",
                        List.of(new Violation("/replicas", "replicas: " + replicas + " (" + why + ")")))
                .asException();
    }
}
