package im.backend.orchestrator;

import im.backend.domain.Schedule;
import java.time.Duration;

/**
 * A command of a release that shall be run at its times.
 *
 * @param name of the entry, unique in its release
 * @param timeout after which a run is ended
 * @param workload what a run is; its key's process is that of the {@linkplain #process name}
 */
public record ScheduledWorkload(String name, Schedule schedule, Duration timeout, Workload workload) {
    private static final String PREFIX = "cron.";

    public ScheduledWorkload {
        if (!workload.key().process().equals(process(name))) {
            throw new IllegalArgumentException(
                    "process: " + workload.key().process() + " (expected: " + process(name) + ")");
        }
    }

    /** As log lines name it: no process of a manifest has a full stop in its name. */
    public static String process(String name) {
        return PREFIX + name;
    }

    /** Whether a key is that of a scheduled command. */
    public static boolean isScheduled(Workload.Key key) {
        return key.process().startsWith(PREFIX);
    }

    /** Of a {@linkplain #isScheduled scheduled} one. */
    public static String name(Workload.Key key) {
        return key.process().substring(PREFIX.length());
    }
}
