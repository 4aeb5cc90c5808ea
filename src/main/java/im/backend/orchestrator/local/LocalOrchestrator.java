package im.backend.orchestrator.local;

import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.DeploymentId;
import im.backend.domain.Endpoint;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.host.Launch;
import im.backend.host.Launcher;
import im.backend.host.RunningProgram;
import im.backend.host.toolchain.Toolchains;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.Observation;
import im.backend.orchestrator.Orchestrator;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.log.InstanceId;
import im.backend.orchestrator.log.LogSource;
import im.backend.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs releases as programs of this host. Instances outlive the server: each is described by a folder, and whoever starts
 * the same key again finds it running. Safe for several threads.
 */
public final class LocalOrchestrator implements Orchestrator, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LocalOrchestrator.class.getName());
    private static final Duration NAMESPACE_GRACE = Duration.ofSeconds(10);

    /** An instance of an earlier server that nobody has asked for yet. */
    private record Unclaimed(InstanceState state, RunningProgram program) {}

    private final LocalSettings settings;
    private final Launcher launcher;
    private final ProjectLogs logs;
    private final LocalStorage storage;
    private final AppLaunches launches;
    private final PortAllocator ports;
    private final Map<InstanceId, SupervisedInstance> supervised = new ConcurrentHashMap<>();
    private final Map<InstanceId, Unclaimed> unclaimed = new ConcurrentHashMap<>();
    /** Folders of releases, whose names tell only half of the commit. */
    private final Set<ReleaseName> rooms = ConcurrentHashMap.newKeySet();

    public LocalOrchestrator(
            LocalSettings settings, Launcher launcher, Toolchains toolchains, ProjectLogs logs, LocalStorage storage) {
        this.settings = settings;
        this.launcher = launcher;
        this.logs = logs;
        this.storage = storage;
        this.launches = new AppLaunches(settings, launcher, toolchains);
        this.ports = new PortAllocator(
                settings.portMin(),
                settings.portMax(),
                settings.instances().toAbsolutePath().hashCode());
    }

    /** Finds what an earlier server left: instances wait to be asked for, everything else is killed and removed. */
    public void start() {
        List<String> ids = new ArrayList<>();
        for (InstanceFolder folder : InstanceFolder.in(settings.instances())) {
            if (folder.isScheduled()) {
                // LocalSchedules goes on with it.
                folder.id().ifPresent(id -> ids.add(id.toString()));
                continue;
            }
            Optional<InstanceState> state = folder.read();
            Optional<RunningProgram> program = state.flatMap(known -> launcher.find(known.footprint()));
            state.ifPresent(known -> logs.attach(LogSource.of(known.instance()), folder));
            if (state.isPresent() && program.isPresent()) {
                unclaimed.put(new InstanceId(state.get().instance().key()), new Unclaimed(state.get(), program.get()));
                rooms.add(state.get().instance().release());
                state.get().instance().endpoint().ifPresent(endpoint -> ports.keep(endpoint.port()));
            } else {
                state.ifPresent(
                        known -> logs.detach(new InstanceId(known.instance().key())));
                folder.delete();
            }
        }
        InstanceFolder.deleteEmptyReleases(settings.instances());
        unclaimed.keySet().forEach(id -> ids.add(id.toString()));
        launcher.sweep(ids);
        LOG.log(System.Logger.Level.INFO, "{0} instances of an earlier server are running", unclaimed.size());
    }

    /** The instances go on running. */
    @Override
    public void close() {
        supervised.values().forEach(SupervisedInstance::abandon);
    }

    /** Stops every instance, for a server that shall not leave any behind. */
    public void stopAll(Duration grace) {
        keys().toList().parallelStream().forEach(key -> stop(key, grace));
    }

    public LocalFacts facts() {
        String accounts = launcher.hasAccounts()
                ? "one per project, from uid " + settings.uidBase()
                : "the server's own user for all apps, because only root may change users";
        return new LocalFacts(
                launcher.facts(),
                accounts,
                settings.portMin() + "-" + settings.portMax(),
                "Apps share the host's network: they can reach each other's ports and services of this host.");
    }

    @Override
    public Place place() {
        return Place.HOST;
    }

    @Override
    public boolean isRolledOut(Workload.Key key) {
        return true;
    }

    @Override
    public void createNamespace(ReleaseName release) {
        try {
            Files.createDirectories(folderOf(release));
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
        rooms.add(release);
    }

    @Override
    public List<Workload.Volume> createVolumes(Project project, ReleaseName release, List<VolumeClaim> claims) {
        return claims.stream().map(claim -> storage.volume(project, claim)).toList();
    }

    @Override
    public Instance start(Workload workload) {
        InstanceId id = new InstanceId(workload.key());
        while (true) {
            SupervisedInstance there = supervised.computeIfAbsent(id, absent -> bringUp(absent, workload));
            if (!there.isStopping()) {
                return there.instance();
            }
            awaitStopped(there);
        }
    }

    @Override
    public Observation observe(Workload.Key key) {
        InstanceId id = new InstanceId(key);
        SupervisedInstance instance = supervised.get(id);
        if (instance != null) {
            return instance.observe();
        }
        Unclaimed found = unclaimed.get(id);
        return found == null || !found.program().isAlive()
                ? new Observation.Absent()
                : new Observation.Running(
                        List.copyOf(found.program().listening()),
                        found.program().memoryBytes(),
                        0);
    }

    @Override
    public Optional<Exit> lastExit(Workload.Key key) {
        return Optional.ofNullable(supervised.get(new InstanceId(key))).flatMap(SupervisedInstance::lastExit);
    }

    @Override
    public List<Instance> running(ProjectId project) {
        return instances()
                .filter(instance -> instance.project().equals(project))
                .sorted(Comparator.comparing(instance -> new InstanceId(instance.key()).toString()))
                .toList();
    }

    /** What is supervised is started again by its supervisor, so that only what is not can be missing. */
    @Override
    public Map<DeploymentId, List<String>> drift(Map<DeploymentId, ReleaseName> live) {
        Set<DeploymentId> supervisedOnes = supervised.values().stream()
                .map(instance -> instance.instance().key().deployment())
                .collect(Collectors.toSet());
        return live.keySet().stream()
                .filter(deployment -> !supervisedOnes.contains(deployment))
                .collect(Collectors.toMap(deployment -> deployment, deployment -> List.of("nothing of it runs")));
    }

    @Override
    public void stop(Workload.Key key, Duration grace) {
        InstanceId id = new InstanceId(key);
        SupervisedInstance instance = supervised.get(id);
        Unclaimed found = unclaimed.get(id);
        try {
            if (instance != null) {
                instance.stop(grace);
                forget(instance.instance());
                supervised.remove(id, instance);
            } else if (found != null) {
                found.program().stop(grace);
                forget(found.state().instance());
                unclaimed.remove(id, found);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw interrupted("stopping " + id, interrupted);
        }
    }

    @Override
    public List<ReleaseName> namespaces(ProjectId project) {
        return rooms.stream()
                .filter(release -> release.project().equals(project))
                .sorted(Comparator.comparing(ReleaseName::toString))
                .toList();
    }

    @Override
    public void removeNamespace(ReleaseName release) {
        instances()
                .filter(instance -> instance.release().equals(release))
                .toList()
                .forEach(instance -> stop(instance.key(), NAMESPACE_GRACE));
        new InstanceFolder(folderOf(release)).delete();
        rooms.remove(release);
    }

    private SupervisedInstance bringUp(InstanceId id, Workload workload) {
        Optional<Unclaimed> earlier = Optional.ofNullable(unclaimed.get(id));
        Optional<RunningProgram> adopted = earlier.map(Unclaimed::program).filter(RunningProgram::isAlive);
        Instance instance = earlier.map(found -> found.state().instance()).orElseGet(() -> instance(workload));
        InstanceFolder folder = new InstanceFolder(folderOf(workload.release()).resolve(id.toString()));
        folder.create();
        LogIntake log = logs.attach(LogSource.of(instance), folder);
        SupervisedInstance started = new SupervisedInstance(
                workload,
                instance,
                log,
                beforeStart -> {
                    Launch launch = launches.launch(workload, id.toString(), instance.endpoint(), AppLaunches.Cpu.FREE);
                    return launcher.launch(launch, folder.output(), beforeStart);
                },
                folder::write);
        try {
            earlier.map(Unclaimed::program)
                    .filter(program -> !program.isAlive())
                    .ifPresent(RunningProgram::kill);
            started.begin(adopted);
        } catch (RuntimeException failed) {
            forget(instance);
            throw failed;
        } finally {
            unclaimed.remove(id);
        }
        return started;
    }

    private Instance instance(Workload workload) {
        Optional<Endpoint> endpoint = switch (workload.port()) {
            case Workload.Port.None none -> Optional.empty();
            case Workload.Port.Assigned assigned -> Optional.of(new Endpoint(AppLaunches.LOOPBACK, ports.take()));
            case Workload.Port.Fixed(int number) -> Optional.of(fixed(number));
        };
        return new Instance(workload.key(), workload.project().id(), workload.release(), endpoint);
    }

    private static Endpoint fixed(int port) {
        if (!PortAllocator.isFree(port)) {
            throw new Problem.StageFailed(
                            "start-failed",
                            "The app's own port " + port + " is taken on this host.",
                            "Remove `port:` and let the app read PORT, or set `deploy.strategy: recreate`.",
                            List.of())
                    .asException();
        }
        return new Endpoint(AppLaunches.LOOPBACK, port);
    }

    private void forget(Instance instance) {
        InstanceId id = new InstanceId(instance.key());
        logs.detach(id);
        new InstanceFolder(folderOf(instance.release()).resolve(id.toString())).delete();
        instance.endpoint().ifPresent(endpoint -> ports.free(endpoint.port()));
    }

    private Stream<Instance> instances() {
        return Stream.concat(
                supervised.values().stream().map(SupervisedInstance::instance),
                unclaimed.values().stream()
                        .filter(found -> found.program().isAlive())
                        .map(found -> found.state().instance()));
    }

    private Stream<Workload.Key> keys() {
        return instances().map(Instance::key);
    }

    private Path folderOf(ReleaseName release) {
        return settings.instances().resolve(release.toString());
    }

    private static void awaitStopped(SupervisedInstance instance) {
        try {
            instance.awaitStopped();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw interrupted("starting an instance that is being stopped", interrupted);
        }
    }

    private static RuntimeException interrupted(String what, InterruptedException cause) {
        return new Problem.StageFailed("cancelled", "Interrupted while " + what + ".", "", List.of())
                .asException(cause);
    }
}
