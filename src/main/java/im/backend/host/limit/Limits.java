package im.backend.host.limit;

/**
 * What one program and its descendants may use together; 0 means no limit. Without control groups on the host the limits
 * are set per process (RLIMIT_DATA, nice) and the facts of the host say so.
 *
 * @param memoryBytes hard, swap off
 * @param cpuMillis thousandths of a core
 * @param processesMax threads count too
 * @param filesMax open files of each process
 */
public record Limits(long memoryBytes, int cpuMillis, int processesMax, int filesMax) {
    public static final Limits NONE = new Limits(0, 0, 0, 0);

    public Limits {
        if (memoryBytes < 0 || cpuMillis < 0 || processesMax < 0 || filesMax < 0) {
            throw new IllegalArgumentException("limits: negative value (expected: 0 for none, or more)");
        }
    }
}
