package im.backend.orchestrator.local;

import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.host.Launcher;
import im.backend.host.RunningProgram;
import im.backend.host.toolchain.Toolchains;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.ScheduledWorkload;
import im.backend.orchestrator.Schedules;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.log.InstanceId;
import im.backend.orchestrator.log.LogSource;
import im.backend.problem.Problem;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Starts commands of live releases at their times, in the same sandbox and with the same files and limits as the release's
 * instances. A run outlives the server, as instances do, and the next server goes on with it; times that pass without a
 * server are left out. Safe for several threads.
 */
public final class LocalSchedules implements Schedules, AutoCloseable {
    /** Runs of all projects together, as many entries come at midnight. What must wait too long for a place is left out. */
    static final int AT_ONCE_MAX = 16;

    private static final System.Logger LOG = System.getLogger(LocalSchedules.class.getName());
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration END_GRACE = Duration.ofSeconds(10);
    /** Until it is known whose run it is. */
    private static final Duration ADOPTED_MAX = Duration.ofHours(24);

    private static final int REMEMBERED_MAX = 1000;

    private record CronEntry(ProjectId project, String name) {}

    private record Timed(ScheduledWorkload command, Instant next) {}

    private final LocalSettings settings;
    private final Launcher launcher;
    private final ProjectLogs logs;
    private final Clock clock;
    private final AppLaunches launches;
    private final Map<ProjectId, Map<String, Timed>> timed = new HashMap<>();
    private final Map<CronEntry, ScheduledRun> running = new HashMap<>();
    private final Map<CronEntry, Run> ended = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<CronEntry, Run> eldest) {
            return size() > REMEMBERED_MAX;
        }
    });
    private final Thread ticker = Thread.ofVirtual().name("scheduled commands").unstarted(this::keepTime);

    public LocalSchedules(
            LocalSettings settings, Launcher launcher, Toolchains toolchains, ProjectLogs logs, Clock clock) {
        this.settings = settings;
        this.launcher = launcher;
        this.logs = logs;
        this.clock = clock;
        this.launches = new AppLaunches(settings, launcher, toolchains);
    }

    /** Goes on with what an earlier server began, and begins to keep time. After {@link LocalOrchestrator#start}. */
    public void start() {
        adopt();
        ticker.start();
    }

    /** Runs that have begun go on. */
    @Override
    public void close() {
        ticker.interrupt();
        synchronized (this) {
            running.values().forEach(ScheduledRun::abandon);
        }
    }

    @Override
    public void replace(ProjectId project, List<ScheduledWorkload> commands) {
        List<ScheduledRun> unwanted = new ArrayList<>();
        synchronized (this) {
            Map<String, Timed> before = timed.getOrDefault(project, Map.of());
            Map<String, Timed> now = new TreeMap<>();
            commands.forEach(command -> now.put(command.name(), timed(command, before)));
            timed.put(project, now);
            if (now.isEmpty()) {
                timed.remove(project);
            }
            running.forEach((entry, run) -> {
                Timed wanted = now.get(entry.name());
                if (!entry.project().equals(project)) {
                    return;
                }
                if (wanted != null && isOf(run, wanted.command())) {
                    run.limit(wanted.command().timeout());
                } else {
                    unwanted.add(run);
                }
            });
        }
        end(unwanted);
    }

    @Override
    public synchronized List<State> states(ProjectId project) {
        return timed.getOrDefault(project, Map.of()).values().stream()
                .map(each -> new State(
                        each.command().name(),
                        each.command().schedule(),
                        Optional.of(each.next()),
                        last(project, each.command())))
                .toList();
    }

    /** Starts what is due. */
    synchronized void tick() {
        Instant now = clock.instant();
        timed.forEach((project, entries) -> entries.replaceAll((name, each) -> {
            if (each.next().isAfter(now)) {
                return each;
            }
            CronEntry entry = new CronEntry(project, name);
            if (each.next().plus(LATE_MAX).isBefore(now)) {
                LOG.log(System.Logger.Level.WARNING, "left out: {0} of {1} at {2}", name, project, each.next());
            } else if (running.containsKey(entry)) {
                running.get(entry)
                        .note("not started at " + each.next() + ": the run of "
                                + running.get(entry).begun() + " goes on");
            } else if (running.size() >= AT_ONCE_MAX) {
                return each;
            } else {
                begin(entry, each);
            }
            return new Timed(each.command(), each.command().schedule().next(now));
        }));
    }

    private Timed timed(ScheduledWorkload command, Map<String, Timed> before) {
        Instant next = Optional.ofNullable(before.get(command.name()))
                .filter(same -> same.command().schedule().equals(command.schedule()))
                .filter(same -> same.command()
                        .workload()
                        .key()
                        .equals(command.workload().key()))
                .map(Timed::next)
                .orElseGet(() -> command.schedule().next(clock.instant()));
        return new Timed(command, next);
    }

    private static boolean isOf(ScheduledRun run, ScheduledWorkload command) {
        return run.instance().key().equals(command.workload().key());
    }

    private Optional<Run> last(ProjectId project, ScheduledWorkload command) {
        CronEntry entry = new CronEntry(project, command.name());
        ScheduledRun now = running.get(entry);
        return now == null
                ? Optional.ofNullable(ended.get(entry))
                : Optional.of(new Run(now.begun(), new Outcome.Running()));
    }

    private void begin(CronEntry entry, Timed due) {
        Workload workload = due.command().workload();
        Instance instance = new Instance(workload.key(), workload.project().id(), workload.release(), Optional.empty());
        InstanceFolder folder = folderOf(workload.release(), workload.key());
        folder.delete();
        folder.create();
        ScheduledRun run =
                run(entry, instance, folder, due.next(), due.command().timeout());
        running.put(entry, run);
        run.begin(
                beforeStart -> launcher.launch(
                        launches.launch(
                                workload,
                                new InstanceId(workload.key()).toString(),
                                Optional.empty(),
                                AppLaunches.Cpu.LIMITED),
                        folder.output(),
                        beforeStart),
                folder::write);
    }

    private ScheduledRun run(
            CronEntry entry, Instance instance, InstanceFolder folder, Instant begun, Duration timeout) {
        LogIntake log = logs.attach(LogSource.of(instance), folder);
        return new ScheduledRun(
                instance,
                begun,
                timeout,
                clock,
                log,
                outcome -> over(entry, instance, folder, new Run(begun, outcome)));
    }

    private void over(CronEntry entry, Instance instance, InstanceFolder folder, Run run) {
        logs.detach(new InstanceId(instance.key()));
        folder.delete();
        synchronized (this) {
            ended.remove(entry);
            ended.put(entry, run);
            running.remove(entry);
        }
    }

    private void adopt() {
        for (InstanceFolder folder : InstanceFolder.in(settings.instances())) {
            if (folder.isScheduled()) {
                folder.read().ifPresentOrElse(state -> adopt(folder, state), folder::delete);
            }
        }
    }

    private void adopt(InstanceFolder folder, InstanceState state) {
        Optional<RunningProgram> program = launcher.find(state.footprint());
        Instance instance = state.instance();
        CronEntry entry = new CronEntry(instance.project(), ScheduledWorkload.name(instance.key()));
        ScheduledRun run = run(entry, instance, folder, folder.startedAt(), ADOPTED_MAX);
        synchronized (this) {
            running.put(entry, run);
        }
        program.ifPresentOrElse(run::resume, run::endedUnseen);
    }

    private InstanceFolder folderOf(ReleaseName release, Workload.Key key) {
        return new InstanceFolder(
                settings.instances().resolve(release.toString()).resolve(new InstanceId(key).toString()));
    }

    private static void end(List<ScheduledRun> runs) {
        try {
            for (ScheduledRun run : runs) {
                run.end(END_GRACE);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Problem.StageFailed("cancelled", "Interrupted while ending scheduled commands.", "", List.of())
                    .asException(interrupted);
        }
    }

    private void keepTime() {
        try {
            while (true) {
                try {
                    tick();
                } catch (RuntimeException failed) {
                    // As on a full disk: one entry must not keep all others from their times.
                    LOG.log(System.Logger.Level.ERROR, "scheduled commands", failed);
                }
                Thread.sleep(LOOK);
            }
        } catch (InterruptedException closed) {
            return;
        }
    }
}
