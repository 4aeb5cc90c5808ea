package im.backend.deploy;

import im.backend.deploy.ports.DeploySettings;
import im.backend.deploy.ports.Ports;
import im.backend.deploy.progress.Journal;
import im.backend.deploy.progress.ProgressHub;
import im.backend.deploy.progress.RunLog;
import im.backend.deploy.queue.DeployDesk;
import im.backend.deploy.queue.DeployFloor;
import im.backend.deploy.queue.DeployQueue;
import im.backend.deploy.queue.RunControl;
import im.backend.deploy.queue.Ticket;
import im.backend.deploy.rollout.AppDiagnosis;
import im.backend.deploy.rollout.HealthProbe;
import im.backend.deploy.rollout.Hosts;
import im.backend.deploy.rollout.Launcher;
import im.backend.deploy.rollout.Redaction;
import im.backend.deploy.rollout.Rollout;
import im.backend.deploy.rollout.Traffic;
import im.backend.deploy.upkeep.Janitor;
import im.backend.deploy.upkeep.Reconciler;
import im.backend.deploy.upkeep.Recovery;
import im.backend.deploy.upkeep.Repairs;
import im.backend.deploy.upkeep.Retirement;
import im.backend.deploy.upkeep.Retries;
import im.backend.domain.DeploymentId;
import im.backend.orchestrator.Orchestrator;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Composes the package: opens what deployments need, and hands out the use cases. */
public final class DeployEngine implements AutoCloseable {
    private static final int TIMER_THREADS = 2;
    private static final Duration CLOSE_MAX = Duration.ofSeconds(12);
    private static final System.Logger LOG = System.getLogger(DeployEngine.class.getName());

    private final Ports ports;
    private final DeploySettings settings;
    private final ScheduledThreadPoolExecutor timer = timer();
    private final Retries retries = new Retries();
    private final Hosts hosts;
    private final DeployPipeline pipeline;
    private final Retirement retirement;
    private final DeployFloor floor;
    private final Recovery recovery;
    private final Reconciler reconciler;
    private final ProjectAccess access;
    private final ProjectLifecycle lifecycle;
    private final Deployments deployments;
    private final Releases releases;
    private final Operations operations;
    private final Scans scans;

    public DeployEngine(Ports ports, DeploySettings settings, Clock clock, Supplier<DeploymentId> ids) {
        this.ports = ports;
        this.settings = settings;
        var stores = ports.stores();
        this.hosts = new Hosts(settings);
        Rollout rollout = rollout();
        Janitor janitor = new Janitor(ports, settings, clock);
        this.retirement = new Retirement(ports, rollout, janitor, retries);
        ReleasePlanner planner = new ReleasePlanner(ports, clock, new SecureRandom());
        this.pipeline = new DeployPipeline(ports, settings, planner, rollout, retirement, janitor, retries);
        Journal journal = new Journal(stores.log(), new ProgressHub(stores.log()));
        DeployQueue queue = new DeployQueue(settings.concurrency(), settings.waitingMax(), this::run);
        DeployDesk desk = new DeployDesk(queue, journal, timer, clock, ids);
        this.floor = new DeployFloor(desk, queue, journal);
        this.reconciler = new Reconciler(ports, rollout, queue, settings.repairEvery());
        this.recovery = new Recovery(ports, rollout, floor, retirement, retries, reconciler);
        this.access = new ProjectAccess(stores.projects());
        this.lifecycle = new ProjectLifecycle(ports, hosts, floor, rollout, settings);
        this.deployments = new Deployments(ports, access, lifecycle, planner, floor);
        this.releases = new Releases(stores.releases(), access, desk);
        this.scans = new Scans(releases, ports.images(), ports.scanning());
        this.operations = new Operations(ports, access, lifecycle, rollout, desk, ids);
    }

    /** Brings up what was live, removes what nobody wants, and goes on with what was unfinished. */
    public void start() {
        hosts.load(ports.stores().projects());
        try {
            recovery.run();
            reconciler.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the apps were brought up", e);
        }
    }

    /** Stops running deployments without an end, so that the next start goes on with them. Apps run on. */
    @Override
    public void close() {
        reconciler.close();
        retries.close();
        try {
            floor.queue().close(CLOSE_MAX);
            retirement.await(CLOSE_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        timer.shutdownNow();
    }

    /** For whoever hears that something of what is live was taken away. */
    public void lookSoon() {
        reconciler.lookSoon();
    }

    /** Compares what runs with what shall run now, and returns when all that differed is mended or was tried. */
    void reconcile() throws InterruptedException {
        reconciler.round();
    }

    public Repairs repairs() {
        return reconciler.repairs();
    }

    public Deployments deployments() {
        return deployments;
    }

    public Releases releases() {
        return releases;
    }

    public Scans scans() {
        return scans;
    }

    public Operations operations() {
        return operations;
    }

    public ProjectAccess access() {
        return access;
    }

    public ProjectLifecycle lifecycle() {
        return lifecycle;
    }

    private Rollout rollout() {
        var hosting = ports.hosting();
        Orchestrator orchestrator = hosting.orchestrator();
        AppDiagnosis diagnosis = new AppDiagnosis(orchestrator, hosting.logs(), new Redaction(ports.secrets()));
        return new Rollout(
                orchestrator,
                hosting.schedules(),
                new Launcher(ports, hosts),
                new HealthProbe(orchestrator, diagnosis),
                new Traffic(ports.router(), hosts),
                hosts,
                settings);
    }

    private void run(Ticket ticket) {
        long begun = System.nanoTime();
        Future<?> alarm = timer.schedule(
                () -> ticket.control().stop(RunControl.Stop.DEADLINE),
                settings.wholeMax().toMillis(),
                TimeUnit.MILLISECONDS);
        RunLog log = new RunLog(floor.journal(), ticket.deployment(), timer);
        try {
            pipeline.run(ticket, log);
        } finally {
            alarm.cancel(false);
            endLater(ticket, log);
            LOG.log(
                    System.Logger.Level.INFO,
                    "deployment ended: deploymentId={0} projectId={1} status={2} durationMs={3}",
                    ticket.deployment().id(),
                    ticket.deployment().project(),
                    log.status().wireName(),
                    Long.toString((System.nanoTime() - begun) / 1_000_000));
        }
    }

    /** An end that could not be written, as on a full disk, is written when there is room again. */
    private void endLater(Ticket ticket, RunLog log) {
        boolean suspended = ticket.control().stopped().equals(Optional.of(RunControl.Stop.SHUTDOWN));
        if (log.status().terminal() || suspended || timer.isShutdown()) {
            return;
        }
        var _ = timer.schedule(
                () -> {
                    if (!floor.desk()
                            .end(
                                    ticket.deployment(),
                                    "storage-full",
                                    "The deployment was ended because the server could not write its progress.")) {
                        endLater(ticket, log);
                    }
                },
                settings.stopGrace().toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private static ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
                TIMER_THREADS,
                Thread.ofPlatform().daemon().name("deploy-timer-", 0).factory());
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }
}
