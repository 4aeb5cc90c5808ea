package im.backend.host;

import im.backend.host.HostFacts.SandboxKind;
import im.backend.host.HostSettings.Use;
import im.backend.host.limit.ControlGroup;
import im.backend.host.limit.ControlGroups;
import im.backend.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * The only place that starts programs which are not this server's own tools. A program is born behind a gate: what has to
 * be remembered of it is stored and its limits are set before it runs its first instruction, and when the server dies in
 * between it never runs. Safe for several threads.
 */
public final class Launcher implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Launcher.class.getName());

    private final HostSettings settings;
    private final Sandbox sandbox;
    private final UnsandboxedPlace place;
    private final Leftovers leftovers;
    private final String groupName;
    private ControlGroups groups = ControlGroups.none();

    public Launcher(HostSettings settings) {
        String scope = scopeOf(settings.folder());
        this.settings = settings;
        this.sandbox = new Sandbox(settings.folder());
        this.place = new UnsandboxedPlace(settings.folder());
        this.leftovers = new Leftovers(settings.folder().resolve("locks"), new Marker(scope), place);
        this.groupName = "backendim-" + scope;
    }

    /** Eight hex digits that tell the programs of one data folder from those of another. */
    static String scopeOf(Path folder) {
        byte[] path = folder.toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(path).toString().substring(0, 8);
    }

    /** Finds out what this host offers, by trying it: about 50 ms. */
    public void start() {
        try {
            Files.createDirectories(settings.folder().resolve("locks"));
            Files.createDirectories(settings.folder().resolve("accounts"));
            if (settings.sandbox() == Use.WHEN_THERE) {
                sandbox.detect();
            } else {
                sandbox.switchOff();
            }
            if (settings.controlGroups() == Use.WHEN_THERE) {
                groups = ControlGroups.find(groupName);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("launcher: can not write below " + settings.folder(), failed);
        }
        LOG.log(System.Logger.Level.INFO, "sandbox {0}, limits {1}", sandbox.kind(), facts().limits());
    }

    /** The programs that were launched go on. */
    @Override
    public void close() {
        groups.removeUnused();
    }

    /** Tells this launcher's programs from those of another one: it is in their environment and control groups' names. */
    public String mark() {
        return leftovers.marker().scope();
    }

    public HostFacts facts() {
        Map<String, String> limits = new TreeMap<>();
        for (ControlGroups.Controller controller : ControlGroups.Controller.values()) {
            limits.put(
                    controller.kernelName(),
                    groups.version(controller).map(v -> "cgroup " + v).orElse("per process"));
        }
        String fix = sandbox.kind() == SandboxKind.NONE
                ? "Install bubblewrap, or allow user namespaces; until then apps can read world-readable files of this"
                        + " host."
                : "";
        return new HostFacts(sandbox.kind(), sandbox.reason(), fix, limits);
    }

    /** Whether programs can run as users of their own: only root may change users. */
    public boolean hasAccounts() {
        return Account.own().isRoot();
    }

    /**
     * Starts a program that outlives this server.
     *
     * @param log gets its output, appended
     * @param beforeStart is told what to remember while the program still waits; when it throws, the program never runs
     * @throws im.backend.problem.ProblemException {@code start-failed}
     */
    public RunningProgram launch(Launch launch, Path log, Consumer<Footprint> beforeStart) {
        return startProgram(launch, Redirect.appendTo(log.toFile()), true, beforeStart);
    }

    /**
     * Runs a program to its end and kills whatever it leaves behind; interrupting the thread kills everything too.
     *
     * @param output hears each line, cut at 16 KiB, in the calling thread
     * @return code {@value ProgramExit#TIMED_OUT} when the time was up
     * @throws im.backend.problem.ProblemException {@code start-failed}
     */
    public ProgramExit run(Launch launch, Duration timeout, Consumer<String> output) throws InterruptedException {
        RunningProgram program = startProgram(launch, Redirect.PIPE, false, footprint -> {});
        try (AttendedRun run = new AttendedRun(program)) {
            return run.await(timeout, output);
        }
    }

    /**
     * The program that an earlier server started, when it still runs. What an earlier one left without its first process is
     * killed, so that it is safe to start it anew.
     */
    public Optional<RunningProgram> find(Footprint footprint) {
        RunningProgram program = new RunningProgram(footprint, leftovers, Optional.empty());
        if (program.isAlive()) {
            return Optional.of(program);
        }
        program.kill();
        return Optional.empty();
    }

    /** Kills every program of an earlier server of this folder that is not among the known ones. Call before launching. */
    public void sweep(Collection<String> knownIds) {
        Map<String, ControlGroup> unknown = groups.existing();
        knownIds.forEach(unknown::remove);
        unknown.values().forEach(ControlGroup::killAll);
        unknown.values().forEach(group -> group.processes().forEach(Launcher::killOne));
        leftovers.marker().sweep().forEach((pid, id) -> {
            if (!knownIds.contains(id)) {
                killOne(pid);
            }
        });
        try {
            leftovers.removeAllBut(knownIds);
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
        unknown.forEach((id, group) -> {
            if (!group.remove().isEmpty()) {
                LOG.log(System.Logger.Level.INFO, "control group {0} is removed at the next start", id);
            }
        });
    }

    /**
     * Gives the disk space of a part of a file back; the file keeps its size, and that part reads as zeros.
     *
     * @return false when this file system can not do it
     */
    public boolean freeSpace(Path file, long from, long bytes) {
        Optional<Path> program = SystemProgram.find("fallocate");
        return program.isPresent()
                && SmallTool.runs(List.of(
                        program.get().toString(),
                        "--punch-hole",
                        "--offset",
                        Long.toString(from),
                        "--length",
                        Long.toString(bytes),
                        file.toString()));
    }

    private static void killOne(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    private RunningProgram startProgram(
            Launch launch, Redirect output, boolean durable, Consumer<Footprint> beforeStart) {
        SandboxKind kind = sandbox.kindFor(launch);
        if (kind == SandboxKind.NONE && launch.needsSandbox()) {
            throw sandboxMissing(launch);
        }
        try {
            Optional<Path> lock = durable && kind != SandboxKind.NONE
                    ? Optional.of(leftovers.makeLock(launch.id()))
                    : Optional.empty();
            Launch placed = kind == SandboxKind.NONE ? withoutSandbox(launch) : launch;
            ControlGroup group = groups.create(launch.id(), launch.limits());
            try {
                return startBehindGate(placed, kind, lock, group, output, durable, beforeStart);
            } catch (IOException | RuntimeException failed) {
                group.remove();
                throw failed;
            }
        } catch (IOException failed) {
            throw new Problem.StageFailed(
                            "start-failed",
                            "Starting " + launch.arguments().getFirst() + " failed: " + failed.getMessage() + ".",
                            "`backendim doctor` shows what this host lacks.",
                            List.of())
                    .asException(failed);
        }
    }

    private RuntimeException sandboxMissing(Launch launch) {
        String what = launch.root().isPresent() ? "An image with a system of its own" : "A builder of images";
        String why = sandbox.reason().isEmpty()
                ? "this host has no user namespaces that a program without privileges may use"
                : sandbox.reason();
        return new Problem.StageFailed(
                        "sandbox-missing",
                        what + " runs only in a sandbox, and there is none here: " + why + ".",
                        "Install bubblewrap, or allow user namespaces; `backendim doctor` shows when it works.",
                        List.of())
                .asException();
    }

    private Launch withoutSandbox(Launch launch) throws IOException {
        Launch placed = place.place(launch);
        Account account = sandbox.accountFor(launch);
        for (Bind bind : placed.binds()) {
            if (hasAccounts() && !account.canReach(bind.folder())) {
                throw new IOException("user " + account.uid() + " can not reach " + bind.folder()
                        + ", and there is no sandbox to show it in; install bubblewrap, or use a data folder and tools"
                        + " outside of closed home folders");
            }
        }
        return placed;
    }

    private RunningProgram startBehindGate(
            Launch launch,
            SandboxKind kind,
            Optional<Path> lock,
            ControlGroup group,
            Redirect output,
            boolean durable,
            Consumer<Footprint> beforeStart)
            throws IOException {
        boolean sandboxed = kind != SandboxKind.NONE;
        List<String> command = new ArrayList<>();
        command.add(SystemProgram.required("setsid"));
        command.addAll(new ProcessLimits(groups).prefix(launch));
        command.addAll(sandbox.wrap(kind, launch, sandbox.accountFor(launch), lock, durable));
        Map<String, String> environment = new TreeMap<>(launch.outerEnvironment());
        environment.put(Marker.NAME, leftovers.marker().valueFor(launch.id()));
        Optional<Path> folder = sandboxed ? Optional.empty() : Optional.of(Path.of(launch.folder()));
        StartGate.Program program = new StartGate.Program(command, durable && sandboxed, environment, folder);
        try (StartGate gate = StartGate.before(program, output)) {
            ProgramIdentity identity = gate.identity();
            group.add(identity.pid());
            Footprint footprint = new Footprint(launch.id(), identity, sandboxed, group.folders());
            beforeStart.accept(footprint);
            return new RunningProgram(footprint, leftovers, Optional.of(gate.open()));
        }
    }
}
