package im.backend.host;

import im.backend.domain.Endpoint;
import im.backend.host.limit.ControlGroup;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A started program with all its descendants: a child of this server, or one that an earlier server started. Safe for
 * several threads.
 */
public final class RunningProgram {
    private static final System.Logger LOG = System.getLogger(RunningProgram.class.getName());
    private static final Duration KILL_DEADLINE = Duration.ofSeconds(10);
    private static final Duration REMOVE_DEADLINE = Duration.ofMillis(500);
    private static final long ROUND_MILLIS = 2;

    private final Footprint footprint;
    private final ControlGroup group;
    private final Leftovers leftovers;
    private final Optional<java.lang.Process> child;

    RunningProgram(Footprint footprint, Leftovers leftovers, Optional<java.lang.Process> child) {
        this.footprint = footprint;
        this.group = new ControlGroup(footprint.groups());
        this.leftovers = leftovers;
        this.child = child;
    }

    public Footprint footprint() {
        return footprint;
    }

    public boolean isAlive() {
        return child.map(java.lang.Process::isAlive)
                .orElseGet(() -> footprint.identity().isAlive());
    }

    /** @return whether it has ended */
    public boolean awaitEnd(Duration timeout) throws InterruptedException {
        if (child.isPresent()) {
            return child.get().waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS);
        }
        Optional<ProcessHandle> adopted = ProcessHandle.of(footprint.identity().pid());
        if (adopted.isEmpty() || !isAlive()) {
            return true;
        }
        try {
            adopted.get().onExit().get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException stillRunning) {
            return !isAlive();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Empty while it runs, and for one that an earlier server started: nobody can wait for that one's code. */
    public OptionalInt exitCode() {
        return child.isPresent() && !child.get().isAlive()
                ? OptionalInt.of(child.get().exitValue())
                : OptionalInt.empty();
    }

    /** stdout and stderr of a child that was started with a pipe. */
    InputStream output() {
        return child.orElseThrow().getInputStream();
    }

    /** Processes of it that the kernel killed at the memory limit; the program itself may live on. */
    public long outOfMemoryKills() {
        return group.outOfMemoryKills();
    }

    public long memoryBytes() {
        return group.memoryBytes().orElseGet(this::residentBytes);
    }

    /** Sets the share of CPU time, as after a start that was let run freely; without control groups nothing happens. */
    public void limitCpu(int millis) {
        try {
            group.limitCpu(millis);
        } catch (IOException ended) {
            LOG.log(System.Logger.Level.DEBUG, "cpu limit of {0} not set: {1}", footprint.id(), ended.getMessage());
        }
    }

    /** About 30 ms: for explaining why an app does not answer, not for polling. */
    public Set<Endpoint> listening() {
        return ListeningSockets.of(processes());
    }

    /** Asks it to end (TERM to the program itself, not to the sandbox around it), then kills what is left after {@code grace}. */
    public void stop(Duration grace) throws InterruptedException {
        if (isAlive()) {
            Set<ProcessHandle> apps = apps();
            apps.forEach(ProcessHandle::destroy);
            if (!apps.isEmpty()) {
                awaitEnd(grace);
            }
        }
        kill();
    }

    /** Kills everything of it and returns when nothing is left; what this host kept for it is removed too. */
    public void kill() {
        killProcesses();
        removeTraces();
    }

    /** As {@link #kill}, with the counters of its control groups kept. */
    void killProcesses() {
        boolean interrupted = false;
        long deadline = System.nanoTime() + KILL_DEADLINE.toNanos();
        while (!killRound()) {
            if (System.nanoTime() > deadline) {
                LOG.log(System.Logger.Level.ERROR, "processes of {0} do not end: {1}", footprint.id(), processes());
                break;
            }
            interrupted |= pause();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Children first: when the sandbox's init is killed, all inside die with it and its monitor ends by itself. The monitor
     * killed first would leave them unwatched.
     */
    private boolean killRound() {
        group.killAll();
        Set<Long> left = processes();
        if (footprint.sandboxed() && left.size() > 1) {
            left.remove(footprint.identity().pid());
        } else if (footprint.sandboxed() && left.size() == 1) {
            left.addAll(leftovers.marked(footprint.id()));
        }
        left.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        return left.isEmpty() && !leftovers.lockHeld(footprint.id());
    }

    /** All living processes of it, the sandbox's own included. */
    private Set<Long> processes() {
        Set<Long> pids = new HashSet<>();
        boolean rootAlive = footprint.identity().isAlive();
        if (rootAlive) {
            pids.add(footprint.identity().pid());
            ProcessHandle.of(footprint.identity().pid())
                    .ifPresent(root -> root.descendants().forEach(process -> pids.add(process.pid())));
        }
        pids.addAll(group.processes());
        if (!footprint.sandboxed() || (!rootAlive && leftovers.lockHeld(footprint.id()))) {
            pids.addAll(leftovers.marked(footprint.id()));
        }
        pids.removeIf(pid -> ProgramIdentity.of(pid).isEmpty());
        return pids;
    }

    /** The program itself: in a sandbox the child of its init. */
    private Set<ProcessHandle> apps() {
        Optional<ProcessHandle> root = ProcessHandle.of(footprint.identity().pid());
        Set<ProcessHandle> apps = new HashSet<>();
        if (footprint.sandboxed()) {
            root.ifPresent(monitor ->
                    monitor.children().flatMap(ProcessHandle::children).forEach(apps::add));
        } else {
            root.ifPresent(apps::add);
        }
        return apps;
    }

    private long residentBytes() {
        return processes().stream().mapToLong(ProgramIdentity::residentBytes).sum();
    }

    /** A group is busy until its last zombie is gone; one that stays is removed by the next start's sweep. */
    private void removeTraces() {
        boolean interrupted = false;
        long deadline = System.nanoTime() + REMOVE_DEADLINE.toNanos();
        while (!group.remove().isEmpty() && System.nanoTime() < deadline) {
            interrupted |= pause();
        }
        leftovers.remove(footprint.id());
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(ROUND_MILLIS);
            return false;
        } catch (InterruptedException later) {
            return true;
        }
    }
}
