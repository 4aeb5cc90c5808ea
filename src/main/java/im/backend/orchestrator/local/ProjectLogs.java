package im.backend.orchestrator.local;

import im.backend.domain.ProjectId;
import im.backend.host.Launcher;
import im.backend.orchestrator.InstanceLogs;
import im.backend.orchestrator.LogLine;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.log.InstanceId;
import im.backend.orchestrator.log.LogFolder;
import im.backend.orchestrator.log.LogSource;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The logs of all projects. Output is taken over every quarter of a second, and at once when somebody asks, so whoever
 * follows a log sees what is there. Safe for several threads.
 */
public final class ProjectLogs implements InstanceLogs, AutoCloseable {
    private static final long TICK_MILLIS = 250;
    private static final int ENDED_MAX = 1000;

    private final Launcher launcher;
    private final Clock clock;
    private final LogFolder logs;
    private final Map<InstanceId, LogIntake> intakes = new ConcurrentHashMap<>();
    private final Map<Workload.Key, ProjectId> projects = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Workload.Key, ProjectId> eldest) {
            return size() > ENDED_MAX;
        }
    });
    private final Thread ticker = Thread.ofVirtual().name("app logs").unstarted(this::tick);

    public ProjectLogs(Path folder, Launcher launcher, Clock clock) {
        this.logs = new LogFolder(folder);
        this.launcher = launcher;
        this.clock = clock;
    }

    public void start() {
        ticker.start();
    }

    /** Takes over what is there; the apps go on writing. */
    @Override
    public void close() {
        ticker.interrupt();
        intakes.values().forEach(LogIntake::take);
    }

    @Override
    public List<LogLine> last(ProjectId project, int countMax) {
        take(project);
        return logs.of(project).last(countMax, line -> true);
    }

    @Override
    public List<LogLine> after(ProjectId project, long position, int countMax) {
        take(project);
        return logs.of(project).after(position, countMax);
    }

    @Override
    public List<LogLine> tail(Workload.Key key, int countMax) {
        ProjectId project = projects.get(key);
        if (project == null) {
            return List.of();
        }
        take(project);
        String tag = LogSource.tag(key);
        return logs.of(project).last(countMax, line -> line.tag().equals(tag));
    }

    /** From now on the instance's output is taken over. */
    LogIntake attach(LogSource source, InstanceFolder instance) {
        projects.put(source.id().key(), source.project());
        return intakes.computeIfAbsent(source.id(), id -> {
            LogIntake intake = new LogIntake(source, instance, logs.of(source.project()), launcher, clock);
            intake.resume();
            return intake;
        });
    }

    /** The instance is gone; what it wrote last is taken over. */
    void detach(InstanceId id) {
        LogIntake intake = intakes.remove(id);
        if (intake != null) {
            intake.finish();
            intake.forget();
        }
    }

    void delete(ProjectId project) {
        logs.delete(project);
    }

    long usedBytes(ProjectId project) {
        return logs.usedBytes(project);
    }

    private void take(ProjectId project) {
        intakes.values().stream()
                .filter(intake -> intake.source().project().equals(project))
                .forEach(LogIntake::take);
    }

    private void tick() {
        try {
            while (true) {
                Thread.sleep(TICK_MILLIS);
                intakes.values().forEach(LogIntake::take);
                intakes.values().forEach(LogIntake::freeSpace);
            }
        } catch (InterruptedException closed) {
            return;
        }
    }
}
