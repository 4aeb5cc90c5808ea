package im.backend.orchestrator.local;

import im.backend.domain.Command;
import im.backend.domain.DrivenClock;
import im.backend.domain.ReleaseName;
import im.backend.domain.SecretValue;
import im.backend.host.HostSettings;
import im.backend.host.Launcher;
import im.backend.host.toolchain.Toolchains;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.Workload.Mount;
import im.backend.orchestrator.Workload.Volume;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Everything of a local orchestrator in one data folder, as the server wires it, for tests. */
final class LocalHost implements AutoCloseable {
    final Path data;
    final Launcher launcher;
    final Toolchains toolchains;
    final ProjectLogs logs;
    final LocalStorage storage;
    final LocalOrchestrator orchestrator;
    final LocalOneOff oneOff;
    final DrivenClock clock = DrivenClock.standing(Instant.parse("2026-11-22T10:00:30Z"));
    final LocalSchedules schedules;

    private LocalHost(Path data, HostSettings.Use use) {
        LocalSettings settings = LocalSettings.in(data);
        this.data = data;
        this.launcher = new Launcher(new HostSettings(data.resolve("host"), use, use));
        this.toolchains = new Toolchains(data.resolve("host/toolchains"));
        this.logs = new ProjectLogs(data.resolve("logs"), launcher, Clock.systemUTC());
        this.storage = new LocalStorage(settings, launcher, logs);
        this.orchestrator = new LocalOrchestrator(settings, launcher, toolchains, logs, storage);
        this.oneOff = new LocalOneOff(settings, launcher, toolchains);
        this.schedules = new LocalSchedules(settings, launcher, toolchains, logs, clock);
    }

    /** @param data is made passable for others, as /var/lib is and a home folder is not */
    static LocalHost start(Path data, HostSettings.Use use) throws IOException {
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path app = Files.createDirectories(data.resolve("app"));
        try (InputStream source = Objects.requireNonNull(LocalHost.class.getResourceAsStream("/apps/local/app.py"))) {
            Files.write(app.resolve("app.py"), source.readAllBytes());
        }
        LocalHost host = new LocalHost(data, use);
        host.launcher.start();
        host.logs.start();
        host.orchestrator.start();
        host.schedules.start();
        return host;
    }

    Workload app(Workload base, String command, Map<String, String> more, List<Volume> volumes) {
        Map<String, SecretValue> environment = new HashMap<>(base.environment());
        environment.put("RELEASE", new SecretValue(base.release().toString()));
        more.forEach((name, value) -> environment.put(name, new SecretValue(value)));
        return new Workload(
                base.key(),
                base.project(),
                base.release(),
                base.runtime(),
                Command.parse(command),
                base.folder(),
                environment,
                new Workload.Image(base.image().digest(), List.of(new Mount(data.resolve("app"), "/app"))),
                volumes,
                base.terms(),
                base.port());
    }

    Path folderOf(ReleaseName release) {
        return data.resolve("instances").resolve(release.toString());
    }

    /** Processes of this data folder that are still there. */
    Set<String> processes() {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            for (Path process : processes
                    .filter(p -> p.getFileName().toString().matches("\\d+"))
                    .toList()) {
                if (read(process.resolve("environ")).contains("BACKEND_INSTANCE=" + launcher.mark())) {
                    found.add(process.getFileName() + " "
                            + read(process.resolve("comm")).strip());
                }
            }
        } catch (IOException noProc) {
            return found;
        }
        return found;
    }

    /** Control groups of this data folder that are still there. */
    Set<String> groups() throws IOException {
        Set<String> found = new TreeSet<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/cgroup"))) {
            String[] parts = line.split(":", 3);
            Path own = Path.of("/sys/fs/cgroup/" + parts[1] + parts[2], "backendim-" + launcher.mark());
            if (Files.isDirectory(own)) {
                try (Stream<Path> groups = Files.walk(own, 1)) {
                    groups.filter(Files::isDirectory).map(Path::toString).forEach(found::add);
                }
            }
        }
        return found;
    }

    @Override
    public void close() {
        orchestrator.stopAll(Duration.ofSeconds(1));
        orchestrator.close();
        schedules.close();
        logs.close();
        launcher.close();
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException ended) {
            return "";
        }
    }
}
