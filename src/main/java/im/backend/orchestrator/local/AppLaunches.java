package im.backend.orchestrator.local;

import im.backend.domain.Endpoint;
import im.backend.host.Bind;
import im.backend.host.Launch;
import im.backend.host.Launcher;
import im.backend.host.limit.Limits;
import im.backend.host.toolchain.Toolchain;
import im.backend.host.toolchain.Toolchains;
import im.backend.orchestrator.Workload;
import im.backend.problem.Problem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Says what has to be started on this host for a workload. */
final class AppLaunches {
    static final String LOOPBACK = "127.0.0.1";
    private static final String APP = "/app";
    private static final String SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
    /** Of an image that names none, as container engines have it. */
    private static final String IMAGE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static final int PROCESSES_MAX = 1024;
    private static final int FILES_MAX = 4096;

    /** When the CPU limit begins: a start at half a core takes twice as long, so it is let run freely. */
    enum Cpu {
        LIMITED,
        FREE
    }

    private final LocalSettings settings;
    private final Launcher launcher;
    private final Toolchains toolchains;

    AppLaunches(LocalSettings settings, Launcher launcher, Toolchains toolchains) {
        this.settings = settings;
        this.launcher = launcher;
        this.toolchains = toolchains;
    }

    /** @throws im.backend.problem.ProblemException {@code runtime-missing}, or {@code start-failed} when there is no such program */
    Launch launch(Workload workload, String id, Optional<Endpoint> endpoint, Cpu cpu) {
        Toolchain toolchain = toolchain(workload);
        List<Bind> binds = binds(workload, toolchain);
        requireMountPoints(workload);
        Map<String, String> environment = environment(workload, toolchain, endpoint);
        List<String> arguments = workload.command().resolve(environment);
        requireProgram(workload, arguments.getFirst(), environment.getOrDefault("PATH", ""), binds);
        Limits limits = new Limits(
                workload.terms().resources().memoryBytes(),
                cpu == Cpu.LIMITED ? workload.terms().resources().cpuMillis() : 0,
                PROCESSES_MAX,
                FILES_MAX);
        boolean hasFolder =
                binds.stream().anyMatch(bind -> Path.of(workload.folder()).startsWith(bind.path()));
        OptionalInt account = launcher.hasAccounts() ? OptionalInt.of(uid(workload)) : OptionalInt.empty();
        return new Launch(id, arguments, environment, hasFolder ? workload.folder() : "/", binds, limits, account);
    }

    private int uid(Workload workload) {
        return settings.uidBase() + workload.project().uidOffset();
    }

    /** A Go program and an image bring all they need. */
    private Toolchain toolchain(Workload workload) {
        return switch (workload.runtime().language()) {
            case GO, DOCKERFILE -> Toolchain.none();
            case PYTHON, NODE, JAVA, STATIC -> toolchains.resolve(workload.runtime());
        };
    }

    /** Outer folders first. */
    private List<Bind> binds(Workload workload, Toolchain toolchain) {
        return Stream.of(
                        workload.image().mounts().stream().map(mount -> Bind.readOnly(mount.folder(), mount.path())),
                        workload.volumes().stream()
                                .map(volume -> Bind.readWrite(
                                        settings.volume(workload.project().id(), volume.name()), volume.path())),
                        toolchain.binds().stream())
                .flatMap(all -> all)
                .sorted(Comparator.comparing(Bind::path))
                .toList();
    }

    private static Map<String, String> environment(
            Workload workload, Toolchain toolchain, Optional<Endpoint> endpoint) {
        Map<String, String> environment = new HashMap<>();
        environment.put("LANG", "C.UTF-8");
        environment.put(
                "HOME",
                workload.volumes().isEmpty()
                        ? "/tmp"
                        : workload.volumes().getFirst().path());
        environment.put("PYTHONUNBUFFERED", "1");
        environment.put("PYTHONDONTWRITEBYTECODE", "1");
        environment.putAll(workload.memoryHint());
        environment.putAll(toolchain.environment());
        workload.environment().forEach((name, value) -> environment.put(name, value.reveal()));
        environment.put("PATH", path(workload, environment.getOrDefault("PATH", ""), toolchain));
        environment.put("HOST", LOOPBACK);
        endpoint.ifPresent(here -> environment.put("PORT", Integer.toString(here.port())));
        return environment;
    }

    /** The image's own system; empty when it lends the host's. */
    private static Optional<ImageRoot> root(Workload workload) {
        return workload.image().mounts().stream()
                .filter(mount -> mount.path().equals(Bind.ROOT))
                .findFirst()
                .map(mount -> new ImageRoot(mount.folder()));
    }

    /** The image is read-only, so a folder to mount storage on has to be part of it. */
    private static void requireMountPoints(Workload workload) {
        for (Workload.Volume volume : workload.volumes()) {
            for (Workload.Mount mount : workload.image().mounts()) {
                Path outer = Path.of(mount.path());
                Path path = Path.of(volume.path());
                boolean missing = path.startsWith(outer)
                        && !Files.isDirectory(
                                mount.folder().resolve(outer.relativize(path).toString()));
                if (missing) {
                    throw new Problem.StageFailed(
                                    "start-failed",
                                    "The volume at " + volume.path()
                                            + " lies inside the app's folder, which has no such" + " folder.",
                                    "Add an empty folder `" + outer.relativize(path)
                                            + "` to the source (with a .gitkeep file), or use a path outside of /app.",
                                    List.of())
                            .asException();
                }
            }
        }
    }

    /** The image's own program folders, then the runtime's, then the system's, unless the image is a system itself. */
    private static String path(Workload workload, String image, Toolchain toolchain) {
        if (root(workload).isPresent()) {
            return image.isEmpty() ? IMAGE_PATH : image;
        }
        List<String> folders = new ArrayList<>();
        if (!image.isEmpty()) {
            folders.add(image);
        }
        toolchain.programFolders().forEach(folder -> folders.add(folder.toString()));
        folders.add(SYSTEM_PATH);
        return String.join(":", folders);
    }

    /** Looked for beforehand, because the sandbox's own message about it helps nobody. */
    private static void requireProgram(Workload workload, String program, String path, List<Bind> binds) {
        boolean isPath = program.contains("/");
        Optional<ImageRoot> root = root(workload);
        List<String> candidates = isPath
                ? List.of(program.startsWith("/") ? program : workload.folder() + "/" + program)
                : Stream.of(path.split(":"))
                        .map(folder -> folder + "/" + program)
                        .toList();
        if (program.isEmpty()
                || candidates.stream()
                        .noneMatch(file -> root.map(image -> image.has(file)).orElseGet(() -> exists(file, binds)))) {
            String where = root.isPresent() ? "not in the image" : "neither in the image nor on this host";
            String fix = isPath
                    ? "Check the path in the start command; it is looked up in " + workload.folder() + "."
                    : "Add what brings `" + program + "` to the "
                            + (root.isPresent() ? "Dockerfile" : "app's dependencies")
                            + ", or change the start command.";
            throw new Problem.StageFailed(
                            "start-failed",
                            "The start command `" + workload.command() + "` names the program `" + program
                                    + "`, which is " + where + ".",
                            fix,
                            List.of())
                    .asException();
        }
    }

    /** A link may lead to a place that only the sandbox has, so it counts as it is. */
    private static boolean exists(String file, List<Bind> binds) {
        Path path = Path.of(file).normalize();
        Optional<Bind> around = binds.stream()
                .filter(bind -> path.startsWith(bind.path()))
                .max(Comparator.comparingInt(bind -> bind.path().length()));
        Path real = around.map(bind -> bind.folder()
                        .resolve(Path.of(bind.path()).relativize(path).toString()))
                .orElse(path);
        return Files.exists(real, LinkOption.NOFOLLOW_LINKS);
    }
}
