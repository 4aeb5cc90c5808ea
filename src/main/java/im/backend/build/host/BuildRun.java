package im.backend.build.host;

import im.backend.build.BuildPlan;
import im.backend.build.BuildRequest;
import im.backend.build.BuiltTree.AppFolder;
import im.backend.build.BuiltTree.DependencyLayer;
import im.backend.build.SealedFolder;
import im.backend.build.inventory.Inventory;
import im.backend.domain.SourceTree;
import im.backend.host.Bind;
import im.backend.host.Launch;
import im.backend.host.Launcher;
import im.backend.host.ProgramExit;
import im.backend.host.Toolchain;
import im.backend.problem.Problem;
import im.backend.sbom.PackageUrl;
import java.io.File;
import java.io.IOException;
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
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One build on its way: its folders, its deadline, its output, and the one way to run a program of it. */
final class BuildRun implements AutoCloseable {
    private static final String CACHE = "/cache";
    private static final List<String> SYSTEM_PATH = List.of("/usr/local/bin", "/usr/bin", "/bin");

    private final Launcher launcher;
    private final HostSandboxSettings settings;
    private final BuildRequest request;
    private final Toolchain toolchain;
    private final ProjectCache cache;
    private final BuildOutput output;
    private final OptionalInt account;
    private final long deadlineNanos;
    private Optional<Workbench> bench = Optional.empty();

    BuildRun(
            Launcher launcher,
            HostSandboxSettings settings,
            BuildRequest request,
            Toolchain toolchain,
            ProjectCache cache,
            BuildOutput output) {
        this.launcher = launcher;
        this.settings = settings;
        this.request = request;
        this.toolchain = toolchain;
        this.cache = cache;
        this.output = output;
        this.account =
                launcher.hasAccounts() ? settings.accountOf(request.project().value()) : OptionalInt.empty();
        this.deadlineNanos = System.nanoTime() + settings.timeMax().toNanos();
    }

    BuildRequest request() {
        return request;
    }

    SourceTree tree() {
        return request.tree();
    }

    Toolchain toolchain() {
        return toolchain;
    }

    /** Tools of the host that are no language's runtime. */
    HostPrograms programs() {
        return new HostPrograms(settings.environment().getOrDefault("PATH", ""));
    }

    /** A file that the build's user can reach. */
    boolean isReachable(Path file) {
        return account.isEmpty() || isReadableByAll(file);
    }

    BuildOutput output() {
        return output;
    }

    ProjectCache cache() {
        return cache;
    }

    /** Made at first use: most builds find everything in the cache and need none. */
    Workbench bench() throws IOException {
        if (bench.isEmpty()) {
            bench = Optional.of(Workbench.open(settings.folder().resolve("work"), account));
            cache.openTools(account);
        }
        return bench.get();
    }

    /** The files that a package manager reads, by content. */
    Map<String, String> contents(BuildPlan.Inputs inputs) {
        if (inputs.wholeTree()) {
            return Map.of("tree", tree().treeHash());
        }
        return tree().entries().stream()
                .filter(entry -> inputs.files().contains(entry.path()))
                .collect(Collectors.toMap(SourceTree.Entry::path, SourceTree.Entry::blob));
    }

    Predicate<String> staged(BuildPlan.Inputs inputs) {
        return path -> inputs.wholeTree() || inputs.files().contains(path);
    }

    /** Installs a layer unless one of that key is there; the tool is then not started at all. */
    DependencyLayer layer(String what, String key, String path, Installation installation)
            throws IOException, InterruptedException {
        SealedFolder layer = cache.layer(key);
        if (layer.isWhole()) {
            output.say(what + ": unchanged, taken from the cache");
        } else {
            output.say(what + ": installing");
            layer.fill(installation.install(bench()));
            output.forget();
        }
        layer.touch(System.currentTimeMillis());
        return new DependencyLayer(key, layer.path(), path);
    }

    /** What is installed in a layer or app of that key; read from the folder once. */
    List<PackageUrl> packages(String key, Path folder, Inventory inventory) throws IOException {
        return cache.packages().of(key, folder, inventory);
    }

    List<PackageUrl> packages(List<DependencyLayer> layers, Inventory inventory) throws IOException {
        List<PackageUrl> packages = new ArrayList<>();
        for (DependencyLayer layer : layers) {
            packages.addAll(packages(layer.key(), layer.folder(), inventory));
        }
        return packages;
    }

    List<PackageUrl> packages(Optional<AppFolder> app, Inventory inventory) throws IOException {
        return app.isPresent() ? packages(app.get().key(), app.get().folder(), inventory) : List.of();
    }

    /** Makes a folder that becomes a layer. */
    @FunctionalInterface
    interface Installation {
        Path install(Workbench bench) throws IOException, InterruptedException;
    }

    /** Runs a program to its end; a failure, the deadline and the memory limit are told by name. */
    void run(Step step) throws IOException, InterruptedException {
        Duration left = Duration.ofNanos(deadlineNanos - System.nanoTime());
        if (!left.isPositive()) {
            throw timedOut(step);
        }
        Workbench folders = bench();
        List<Bind> binds = new ArrayList<>(toolchain.binds());
        binds.addAll(passedFiles());
        binds.add(Bind.readWrite(folders.app(), "/app"));
        binds.add(Bind.readWrite(folders.side(), Workbench.SIDE));
        binds.add(Bind.readWrite(cache.tools(), CACHE));
        binds.addAll(step.binds());
        Launch launch = new Launch(
                "build-" + UUID.randomUUID(),
                step.arguments(),
                environment(step),
                "/app",
                binds,
                settings.limits(),
                step.rights() == Launch.Rights.NONE ? account : OptionalInt.empty(),
                step.rights());
        ProgramExit exit = launcher.run(launch, left, output::tool);
        if (exit.outOfMemory()) {
            throw outOfMemory(step);
        }
        if (exit.code() == ProgramExit.TIMED_OUT && System.nanoTime() >= deadlineNanos) {
            throw timedOut(step);
        }
        if (exit.code() != 0) {
            throw BuildFailure.of(step.slug(), step.what() + " (exit code " + exit.code() + ").", output.evidence())
                    .asException();
        }
    }

    /** PATH of a step, with the given folders first. */
    String path(String... first) {
        return Stream.of(
                        Stream.of(first), toolchain.programFolders().stream().map(Path::toString), SYSTEM_PATH.stream())
                .flatMap(folders -> folders)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private Map<String, String> environment(Step step) {
        Map<String, String> environment = new TreeMap<>(settings.passedEnvironment());
        environment.putAll(toolchain.environment());
        environment.putAll(Map.of(
                "PATH",
                path(),
                "HOME",
                Workbench.SIDE + "/home",
                "TMPDIR",
                Workbench.SIDE + "/tmp",
                "LANG",
                "C.UTF-8"));
        environment.putAll(step.environment());
        environment.keySet().removeIf(name -> name.startsWith("LD_"));
        return environment;
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

    private RuntimeException timedOut(Step step) {
        String limit = settings.timeMax().toMinutes() > 0
                ? settings.timeMax().toMinutes() + " minutes"
                : settings.timeMax().toSeconds() + " seconds";
        return new Problem.StageFailed(
                        "timeout",
                        step.what() + ": the build was ended after " + limit + ".",
                        "Make it faster, or raise build.time-max of the server.",
                        output.evidence())
                .asException();
    }

    private RuntimeException outOfMemory(Step step) {
        return new Problem.StageFailed(
                        "out-of-memory",
                        step.what() + ": the build needed more than "
                                + (settings.limits().memoryBytes() >> 20) + " MiB of memory.",
                        "Let the build use less, or raise build.memory-max of the server.",
                        output.evidence())
                .asException();
    }

    @Override
    public void close() throws IOException {
        if (bench.isPresent()) {
            bench.get().close();
        }
    }
}
