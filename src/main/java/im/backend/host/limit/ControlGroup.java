package im.backend.host.limit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * One program's group in each hierarchy, known only by its folders, so that it is the same thing after a restart of the
 * server. Which version a folder belongs to is told by the files in it.
 */
public final class ControlGroup {
    private static final long PERIOD_MICROS = 100_000;
    private static final String PROCESSES = "cgroup.procs";

    private final List<Path> folders;

    public ControlGroup(List<Path> folders) {
        this.folders = List.copyOf(folders);
    }

    public List<Path> folders() {
        return folders;
    }

    void limit(Limits limits) throws IOException {
        if (limits.memoryBytes() > 0) {
            limitMemory(limits.memoryBytes());
        }
        if (limits.cpuMillis() > 0) {
            limitCpu(limits.cpuMillis());
        }
        if (limits.processesMax() > 0) {
            write("pids.max", Integer.toString(limits.processesMax()));
        }
    }

    boolean canLimit(ControlGroups.Controller controller) throws IOException {
        return switch (controller) {
            case MEMORY -> limitMemory(64L << 20);
            case CPU -> limitCpu(1000);
            case PIDS -> write("pids.max", "64");
        };
    }

    private boolean limitMemory(long bytes) throws IOException {
        if (write("memory.max", Long.toString(bytes))) {
            write("memory.swap.max", "0");
            write("memory.oom.group", "1");
            return true;
        }
        if (write("memory.limit_in_bytes", Long.toString(bytes))) {
            write("memory.memsw.limit_in_bytes", Long.toString(bytes));
            return true;
        }
        return false;
    }

    /** @return false when no hierarchy has this controller */
    public boolean limitCpu(int millis) throws IOException {
        long quota = Math.max(1_000, millis * PERIOD_MICROS / 1_000);
        if (write("cpu.max", quota + " " + PERIOD_MICROS)) {
            return true;
        }
        return write("cpu.cfs_period_us", Long.toString(PERIOD_MICROS))
                && write("cpu.cfs_quota_us", Long.toString(quota));
    }

    public void add(long pid) throws IOException {
        for (Path folder : folders) {
            Files.writeString(folder.resolve(PROCESSES), Long.toString(pid));
        }
    }

    /** Processes killed for memory so far; the app itself need not be among them. */
    public long outOfMemoryKills() {
        return counter("memory.events", "oom_kill")
                .orElseGet(() -> counter("memory.oom_control", "oom_kill").orElse(0));
    }

    public OptionalLong memoryBytes() {
        for (String name : List.of("memory.current", "memory.usage_in_bytes")) {
            for (Path folder : folders) {
                try {
                    return OptionalLong.of(Long.parseLong(
                            Files.readString(folder.resolve(name)).strip()));
                } catch (IOException anotherHierarchy) {
                    continue;
                }
            }
        }
        return OptionalLong.empty();
    }

    public Set<Long> processes() {
        Set<Long> pids = new TreeSet<>();
        for (Path folder : folders) {
            try {
                Files.readAllLines(folder.resolve(PROCESSES)).forEach(line -> pids.add(Long.parseLong(line)));
            } catch (IOException gone) {
                continue;
            }
        }
        return pids;
    }

    /** Makes the kernel kill all members at once where it can; the caller kills one by one besides. */
    public void killAll() {
        try {
            write("cgroup.kill", "1");
        } catch (IOException gone) {
            return;
        }
    }

    /** @return folders that are still there because a zombie holds them; to be tried again later */
    public List<Path> remove() {
        List<Path> left = new ArrayList<>();
        for (Path folder : folders) {
            try {
                Files.delete(folder);
            } catch (NoSuchFileException gone) {
                continue;
            } catch (IOException busy) {
                left.add(folder);
            }
        }
        return left;
    }

    private boolean write(String name, String value) throws IOException {
        for (Path folder : folders) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                Files.writeString(file, value);
                return true;
            }
        }
        return false;
    }

    private OptionalLong counter(String file, String key) {
        for (Path folder : folders) {
            try {
                for (String line : Files.readAllLines(folder.resolve(file))) {
                    if (line.startsWith(key + " ")) {
                        return OptionalLong.of(Long.parseLong(line.substring(key.length() + 1)));
                    }
                }
            } catch (IOException anotherHierarchy) {
                continue;
            }
        }
        return OptionalLong.empty();
    }
}
