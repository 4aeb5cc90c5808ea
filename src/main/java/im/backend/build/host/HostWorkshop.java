package im.backend.build.host;

import im.backend.build.language.ProjectCache;
import im.backend.build.language.Step;
import im.backend.build.language.Workbench;
import im.backend.build.language.Workshop;
import im.backend.file.FileTree;
import im.backend.host.Bind;
import im.backend.host.Launch;
import im.backend.host.Launcher;
import im.backend.host.ProgramExit;
import im.backend.host.toolchain.Toolchain;
import im.backend.problem.Problem;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Programs of a build run on this host, in its sandbox; they work on the bench itself. */
final class HostWorkshop implements Workshop {
    private static final String CACHE = "/cache";
    private static final List<String> SYSTEM_PATH = List.of("/usr/local/bin", "/usr/bin", "/bin");
    private static final Path MUSL = Path.of("/lib/ld-musl-" + System.getProperty("os.arch") + ".so.1");
    private static final Path DEBIAN_MAVEN = Path.of("/etc/maven");

    private final Launcher launcher;
    private final HostSandboxSettings settings;
    private final Toolchain toolchain;
    private final ProjectCache cache;
    private final Path work;
    private final OptionalInt account;
    private final Privilege privilege;
    private Optional<Workbench> bench = Optional.empty();

    /**
     * What builds of one kind may do beyond others.
     *
     * @param binds beside those of every build
     */
    record Privilege(Launch.Rights rights, List<Bind> binds) {
        static final Privilege NONE = new Privilege(Launch.Rights.NONE, List.of());
    }

    /** @param work parent of the bench's folders */
    HostWorkshop(
            Launcher launcher,
            HostSandboxSettings settings,
            Toolchain toolchain,
            ProjectCache cache,
            Path work,
            OptionalInt account,
            Privilege privilege) {
        this.launcher = launcher;
        this.settings = settings;
        this.toolchain = toolchain;
        this.cache = cache;
        this.work = work;
        this.account = account;
        this.privilege = privilege;
    }

    @Override
    public String version() {
        return toolchain.version();
    }

    @Override
    public String platform() {
        return System.getProperty("os.name") + " " + System.getProperty("os.arch") + " "
                + (Files.exists(MUSL) ? "musl" : "gnu");
    }

    @Override
    public String path() {
        return Stream.concat(toolchain.programFolders().stream().map(Path::toString), SYSTEM_PATH.stream())
                .collect(Collectors.joining(File.pathSeparator));
    }

    @Override
    public Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>(settings.passedEnvironment());
        environment.putAll(toolchain.environment());
        return environment;
    }

    @Override
    public Optional<Tool> find(ToolName name) {
        Optional<Path> program = new HostPrograms(settings.environment().getOrDefault("PATH", "")).find(name.program());
        return switch (name) {
            case UV ->
                program.filter(this::isReachable)
                        .map(file -> new Tool(file.toString(), List.of(Step.Shown.same(file))));
            case MAVEN, GRADLE -> Optional.of(buildTool(program.orElseThrow(() -> missing(name))));
        };
    }

    /** Debian keeps Maven's settings in /etc/maven. */
    private static Tool buildTool(Path found) {
        try {
            Path program = found.toRealPath();
            List<Step.Shown> needs = new ArrayList<>();
            Path home = program.resolve("../..").normalize();
            if (!home.startsWith("/usr")) {
                needs.add(Step.Shown.same(home));
            }
            if (Files.isDirectory(DEBIAN_MAVEN)) {
                needs.add(Step.Shown.same(DEBIAN_MAVEN));
            }
            return new Tool(program.toString(), needs);
        } catch (IOException vanished) {
            throw new UncheckedIOException(vanished);
        }
    }

    private static RuntimeException missing(ToolName name) {
        return new Problem.StageFailed(
                        "runtime-missing",
                        name.program() + " is not installed on this host, and the source has no wrapper of it.",
                        "Install it, as with `apt install maven` or `apt install gradle`, or add its wrapper to the"
                                + " source.",
                        List.of())
                .asException();
    }

    @Override
    public Workbench bench() throws IOException {
        if (bench.isEmpty()) {
            bench = Optional.of(Workbench.open(work, account));
            cache.openTools(account);
        }
        return bench.get();
    }

    /** Programs work on the bench itself. */
    @Override
    public void deliver() {}

    @Override
    public Path collect(String path, List<String> without) throws IOException {
        Path folder = Files.createDirectories(bench().at(path));
        for (String name : without) {
            new FileTree(folder.resolve(name)).delete();
        }
        return folder;
    }

    @Override
    public Outcome run(Step step, Map<String, String> environment, Duration max, Consumer<String> output)
            throws IOException, InterruptedException {
        Workbench folders = bench();
        List<Bind> binds = new ArrayList<>(toolchain.binds());
        binds.addAll(passedFiles());
        binds.add(Bind.readWrite(folders.app(), "/app"));
        binds.add(Bind.readWrite(folders.side(), Workbench.SIDE));
        binds.add(Bind.readWrite(cache.tools(), CACHE));
        step.shown().forEach(shown -> binds.add(Bind.readOnly(shown.file(), shown.path())));
        binds.addAll(privilege.binds());
        Launch launch = new Launch(
                "build-" + UUID.randomUUID(),
                step.arguments(),
                environment,
                "/app",
                binds,
                settings.limits(),
                privilege.rights() == Launch.Rights.NONE ? account : OptionalInt.empty(),
                privilege.rights());
        long deadlineNanos = System.nanoTime() + max.toNanos();
        ProgramExit exit = launcher.run(launch, max, output);
        if (exit.outOfMemory()) {
            return new Outcome.OutOfMemory();
        }
        boolean late = exit.code() == ProgramExit.TIMED_OUT && System.nanoTime() >= deadlineNanos;
        return late ? new Outcome.TimedOut() : new Outcome.Ended(exit.code());
    }

    /** Certificates and package folders that a passed variable names, when everybody may read them. */
    private List<Bind> passedFiles() {
        Map<Path, Bind> binds = new HashMap<>();
        for (String value : settings.passedEnvironment().values()) {
            if (value.startsWith("/") && !value.contains(File.pathSeparator)) {
                Path file = Path.of(value).normalize();
                boolean inSystem =
                        file.startsWith("/usr") || file.startsWith("/etc/ssl") || file.startsWith("/etc/pki");
                if (!inSystem && file.getNameCount() > 0 && isReadableByAll(file)) {
                    binds.put(file, Bind.same(file, Bind.Access.READ_ONLY));
                }
            }
        }
        return List.copyOf(binds.values());
    }

    private boolean isReachable(Path file) {
        return account.isEmpty() || isReadableByAll(file);
    }

    private static boolean isReadableByAll(Path file) {
        try {
            for (Path folder = file.toRealPath().getParent(); folder != null; folder = folder.getParent()) {
                if (!Files.getPosixFilePermissions(folder).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                    return false;
                }
            }
            return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException absent) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        if (bench.isPresent()) {
            bench.get().close();
        }
    }
}
