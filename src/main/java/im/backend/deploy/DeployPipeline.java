package im.backend.deploy;

import im.backend.build.BuildRequest;
import im.backend.deploy.ports.DeploySettings;
import im.backend.deploy.ports.Ports;
import im.backend.deploy.progress.RunLog;
import im.backend.deploy.queue.RunControl;
import im.backend.deploy.queue.Ticket;
import im.backend.deploy.rollout.AppDiagnosis;
import im.backend.deploy.rollout.Launch;
import im.backend.deploy.rollout.Redaction;
import im.backend.deploy.rollout.Rollout;
import im.backend.deploy.upkeep.Janitor;
import im.backend.deploy.upkeep.Retirement;
import im.backend.deploy.upkeep.Retries;
import im.backend.domain.Deployment;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.Digest;
import im.backend.domain.EnvValue;
import im.backend.domain.Project;
import im.backend.domain.Release;
import im.backend.domain.ReleaseName;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.InstanceLogs;
import im.backend.orchestrator.Workload;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.route.Draining;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;

/**
 * Makes one commit live, straight down. The types force the order: no stage can run without the value of the one before.
 * Whatever fails, exactly what this deployment did is undone, and what served before serves on.
 */
final class DeployPipeline {
    private static final int EVIDENCE_LINE_MAX = 2_000;
    /** An authority takes some ten seconds for a host that it can reach. */
    private static final Duration CERTIFICATE_MAX = Duration.ofSeconds(30);

    private static final System.Logger LOG = System.getLogger(DeployPipeline.class.getName());

    private final Ports ports;
    private final DeploySettings settings;
    private final ReleasePlanner planner;
    private final Rollout rollout;
    private final Retirement retirement;
    private final Janitor janitor;
    private final Retries retries;

    DeployPipeline(
            Ports ports,
            DeploySettings settings,
            ReleasePlanner planner,
            Rollout rollout,
            Retirement retirement,
            Janitor janitor,
            Retries retries) {
        this.ports = ports;
        this.settings = settings;
        this.planner = planner;
        this.rollout = rollout;
        this.retirement = retirement;
        this.janitor = janitor;
        this.retries = retries;
    }

    /**
     * One deployment on its way.
     *
     * @param live what serves now
     * @param stopsFirst whether that has to end before the new release starts
     */
    private record Run(
            ReleasePlan plan, Optional<Release> live, boolean stopsFirst, RunControl control, RunLog log, Undo undo) {
        <T> T at(DeploymentStatus status, Supplier<T> stage) {
            control.check();
            String entered = StageWording.entered(status, plan);
            boolean gap = status == DeploymentStatus.DEPLOYING && live.isPresent() && stopsFirst;
            log.enter(status, gap ? List.of(entered, StageWording.gap(plan)) : List.of(entered));
            return stage.get();
        }

        Project project() {
            return plan.project();
        }

        /** What runs on until the new release has taken over; what was stopped for it gets all back when it is brought up. */
        Optional<Release> beside() {
            return live.filter(release -> !stopsFirst);
        }
    }

    /**
     * Ends with a terminal event, except when the server stops. The project's turn lasts until all is undone: the next
     * deployment shall not begin on what this one has left.
     */
    void run(Ticket ticket, RunLog log) {
        Undo undo = new Undo();
        ReleaseName release = ticket.deployment().releaseName();
        retirement.releasesInWork().begin(release);
        try {
            deployOrEnd(ticket, log, undo);
            retries.until(undo::run);
        } finally {
            retirement.releasesInWork().end(release);
        }
    }

    private void deployOrEnd(Ticket ticket, RunLog log, Undo undo) {
        Lock images = janitor.imagesInUse();
        images.lock();
        try {
            deploy(ticket, log, undo);
        } catch (Throwable failure) {
            undo.run();
            end(ticket, log, failure);
        } finally {
            images.unlock();
        }
    }

    private void deploy(Ticket ticket, RunLog log, Undo undo) {
        ReleasePlan plan = planner.plan(ticket.deployment());
        log.redactWith(new Redaction(ports.secrets()).of(plan.project().id(), plan.secretVersions()));
        Optional<Release> live = ports.stores().live(plan.project());
        Run run = new Run(plan, live, rollout.stopsFirst(plan.manifest(), live), ticket.control(), log, undo);

        run.at(DeploymentStatus.COMMITTING, () -> commit(run));
        run.at(DeploymentStatus.CREATING_NAMESPACE, () -> createNamespace(run));
        List<Workload.Volume> volumes = run.at(DeploymentStatus.CREATING_PVC, () -> createVolumes(run));
        Digest image = run.at(DeploymentStatus.BUILDING, () -> image(run));
        Release release = plan.release(image);
        long written = StartOutput.end(ports.hosting().logs(), release.project());
        Rollout.Started started = run.at(DeploymentStatus.DEPLOYING, () -> start(run, release, volumes));
        Switched switched = run.at(DeploymentStatus.HEALTH_CHECK, () -> switchOver(run, started, written));
        complete(run, release);

        retirement.begin(
                new Retirement.Leaving(plan.project(), release, run.live(), switched.old(), switched.draining()));
        ports.images().released(release.project(), release.image(), release.version());
    }

    /**
     * Traffic goes to the new release.
     *
     * @param old instances that have none any more, noted before the switch: once it is done nothing may fail
     */
    private record Switched(List<Instance> old, Draining draining) {}

    private Deployment commit(Run run) {
        Deployment deployment = run.plan().deployment();
        // A push has moved main itself, and a rollback is no new source.
        if (deployment.origin() == Deployment.Origin.UPLOAD) {
            ports.source().publishUpload(deployment.project(), deployment.commit());
        }
        return deployment;
    }

    private Deployment createNamespace(Run run) {
        Deployment deployment = run.plan().deployment();
        var orchestrator = ports.hosting().orchestrator();
        run.undo().push("namespace " + deployment.releaseName(), () -> {
            boolean shared = rollout.othersThan(deployment.id(), deployment.project()).stream()
                            .anyMatch(instance -> instance.release().equals(deployment.releaseName()))
                    || run.live().map(Release::name).equals(Optional.of(deployment.releaseName()));
            if (!shared) {
                orchestrator.removeNamespace(deployment.releaseName());
            }
        });
        orchestrator.createNamespace(deployment.releaseName());
        return deployment;
    }

    private List<Workload.Volume> createVolumes(Run run) {
        ReleasePlan plan = run.plan();
        return ports.hosting()
                .orchestrator()
                .createVolumes(
                        plan.project(),
                        plan.deployment().releaseName(),
                        plan.manifest().volumes());
    }

    private Digest image(Run run) {
        ReleasePlan plan = run.plan();
        if (plan.base().isPresent()) {
            return plan.base().get().image();
        }
        Map<String, String> environment = new HashMap<>();
        plan.manifest().env().forEach((name, value) -> {
            switch (value) {
                case EnvValue.Literal(String text) -> environment.put(name.value(), text);
                case EnvValue.Secret secret -> {}
            }
        });
        BuildRequest request = new BuildRequest(plan.project().id(), plan.tree(), plan.manifest(), environment);
        return run.control().within(settings.buildMax(), "The build", () -> {
            Digest built = ports.images().build(request, run.log()::line).digest();
            new ScanGate(ports.images(), ports.scanning()).check(built, run.log()::line);
            return built;
        });
    }

    private Rollout.Started start(Run run, Release release, List<Workload.Volume> volumes) {
        Launch launch = rollout.launcher().prepare(run.project(), release, volumes);
        if (run.stopsFirst()) {
            stopOld(run, release);
        }
        launch.beforeStart().ifPresent(workload -> runReleaseCommand(run, release, workload));
        run.control().check();
        run.undo()
                .push(
                        "instances of " + release.deployment(),
                        () -> rollout.stopAllOf(release.deployment(), release.project()));
        return rollout.start(launch);
    }

    private void stopOld(Run run, Release release) {
        List<Instance> old = rollout.othersThan(release.deployment(), release.project());
        boolean scheduled =
                run.live().filter(live -> !live.manifest().cron().isEmpty()).isPresent();
        if (old.isEmpty() && !scheduled) {
            return;
        }
        run.live()
                .ifPresent(live -> run.undo()
                        .push(
                                "release " + live.version() + " up again",
                                () -> rollout.bringUpAndWait(run.project(), live)));
        rollout.unschedule(run.project().id());
        rollout.stop(old);
    }

    private void runReleaseCommand(Run run, Release release, Workload workload) {
        run.log().line("Running the release command: " + workload.command());
        Deque<String> last = new ArrayDeque<>();
        Exit exit = run.control()
                .within(
                        settings.buildMax(),
                        "The release command",
                        () -> ports.hosting().oneOff().run(workload, settings.buildMax(), line -> {
                            run.log().line(line);
                            if (last.size() == AppDiagnosis.EVIDENCE_LINES) {
                                last.removeFirst();
                            }
                            last.addLast(run.log().redactor().apply(line));
                        }));
        if (exit.code() != 0) {
            throw AppDiagnosis.releaseCommand(release, workload.command(), exit, List.copyOf(last))
                    .asException();
        }
    }

    /** The last moment at which it can be stopped is just before the routes change. */
    private Switched switchOver(Run run, Rollout.Started started, long written) {
        var check = started.release().manifest().healthcheck();
        Duration max = check.grace().plus(check.deadline()).plus(settings.stopGrace());
        run.control().within(max, "The health check", () -> {
            InstanceLogs logs = ports.hosting().logs();
            try (StartOutput output = new StartOutput(logs, started.release(), written, run.log()::line)) {
                output.start();
                rollout.awaitHealthy(started);
            }
            return started;
        });
        Release release = started.release();
        List<Instance> old = rollout.othersThan(release.deployment(), release.project());
        run.control().settle();
        run.undo().push("routes", () -> rollout.publishAgain(release, run.beside(), old));
        Draining draining = rollout.publish(started);
        run.undo().push("scheduled commands", () -> scheduleAgain(run));
        rollout.schedule(started);
        return new Switched(old, draining);
    }

    private void scheduleAgain(Run run) {
        run.beside()
                .ifPresentOrElse(
                        live -> rollout.schedule(run.project(), live),
                        () -> rollout.unschedule(run.project().id()));
    }

    private void complete(Run run, Release release) {
        var url = rollout.launcher().url(release);
        // It serves already. Whoever asks for the URL in the next moment shall not meet a browser's warning.
        var unsecured = rollout.traffic().awaitSecured(release.project(), CERTIFICATE_MAX);
        run.log()
                .complete(
                        release,
                        new DeploymentEvent.Completed(
                                release.version(), url, StageWording.completed(release, url, unsecured)));
        run.undo().forget();
    }

    private static void end(Ticket ticket, RunLog log, Throwable failure) {
        Deployment deployment = ticket.deployment();
        if (log.status() == DeploymentStatus.COMPLETE) {
            LOG.log(System.Logger.Level.WARNING, "after the end of deployment " + deployment.id(), failure);
            return;
        }
        if (ticket.control().stopped().equals(Optional.of(RunControl.Stop.SHUTDOWN))) {
            log.suspend();
            return;
        }
        if (failure instanceof ProblemException expected) {
            log.fail(failed(log, expected.problem()));
            return;
        }
        LOG.log(System.Logger.Level.ERROR, "deployment " + deployment.id() + " at " + log.status(), failure);
        log.fail(failed(log, new Problem.Internal(deployment.id().toString())));
    }

    private static DeploymentEvent.Failed failed(RunLog log, Problem problem) {
        String fix = problem instanceof Problem.StageFailed stage ? stage.fix() : "";
        List<String> evidence = problem instanceof Problem.StageFailed stage ? stage.evidence() : List.of();
        return new DeploymentEvent.Failed(
                log.status(),
                problem.slug(),
                log.redactor().apply(problem.detail()),
                fix,
                evidence.stream()
                        .map(log.redactor()::apply)
                        .map(line ->
                                line.length() <= EVIDENCE_LINE_MAX ? line : line.substring(0, EVIDENCE_LINE_MAX) + "…")
                        .toList());
    }
}
