package im.backend.orchestrator;

import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.DeploymentId;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.problem.Problem;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;

/**
 * Instances are small HTTP servers in this JVM, so that probing and routing are real; what is wrong with the next ones is
 * scripted with {@link #nextStarts}.
 */
public final class FakeOrchestrator implements Orchestrator, AutoCloseable {
    private final FakeInstanceLogs logs;
    private final Map<Workload.Key, FakeInstance> instances = new LinkedHashMap<>();
    private final Set<ReleaseName> namespaces = new LinkedHashSet<>();
    private final Queue<Sickness> script = new ArrayDeque<>();
    private final Set<Workload.Key> asked = new LinkedHashSet<>();
    private int starts;
    private int looks;

    public FakeOrchestrator(FakeInstanceLogs logs) {
        this.logs = logs;
    }

    /** One for each instance that will be started, in order; afterwards they are healthy again. */
    public synchronized void nextStarts(Sickness... sicknesses) {
        script.addAll(List.of(sicknesses));
    }

    /** How many instances were really started, found ones not counted. */
    public synchronized int starts() {
        return starts;
    }

    public synchronized Set<ReleaseName> namespaces() {
        return Set.copyOf(namespaces);
    }

    /** What runs now, as it was asked for. */
    public synchronized List<Workload> workloads() {
        return instances.values().stream().map(FakeInstance::workload).toList();
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
    public synchronized void createNamespace(ReleaseName release) {
        namespaces.add(release);
    }

    @Override
    public List<Workload.Volume> createVolumes(Project project, ReleaseName release, List<VolumeClaim> claims) {
        return claims.stream()
                .map(claim -> new Workload.Volume(claim.name(), claim.path()))
                .toList();
    }

    @Override
    public synchronized Instance start(Workload workload) {
        FakeInstance running = instances.get(workload.key());
        if (running != null) {
            return running.instance();
        }
        Sickness sickness = Optional.ofNullable(script.poll()).orElse(Sickness.NONE);
        if (sickness == Sickness.CANNOT_START) {
            throw new Problem.StageFailed("start-failed", "No such program: nope.", "Check `entrypoint:`.", List.of())
                    .asException();
        }
        starts++;
        asked.add(workload.key());
        FakeInstance started = new FakeInstance(workload, sickness);
        instances.put(workload.key(), started);
        logs.add(workload, "started " + workload.release());
        if (sickness != Sickness.NONE) {
            logs.add(workload, "sick: " + sickness);
        }
        started.start();
        return started.instance();
    }

    @Override
    public synchronized Observation observe(Workload.Key key) {
        FakeInstance found = instances.get(key);
        return found == null ? new Observation.Absent() : found.observe();
    }

    @Override
    public synchronized Optional<Exit> lastExit(Workload.Key key) {
        return observe(key) instanceof Observation.Exited(Exit exit, int restarts)
                ? Optional.of(exit)
                : Optional.empty();
    }

    @Override
    public synchronized List<Instance> running(ProjectId project) {
        return instances.values().stream()
                .map(FakeInstance::instance)
                .filter(instance -> instance.project().equals(project))
                .toList();
    }

    @Override
    public synchronized Map<DeploymentId, List<String>> drift(Map<DeploymentId, ReleaseName> live) {
        looks++;
        Map<DeploymentId, List<String>> drift = new HashMap<>();
        live.keySet().forEach(deployment -> {
            boolean started = asked.stream().anyMatch(key -> key.deployment().equals(deployment));
            List<String> gone = asked.stream()
                    .filter(key -> key.deployment().equals(deployment) && !instances.containsKey(key))
                    .map(key -> key.process() + " " + key.ordinal() + " is gone")
                    .toList();
            if (!started || !gone.isEmpty()) {
                drift.put(deployment, started ? gone : List.of("nothing of it was started"));
            }
        });
        return drift;
    }

    /** Somebody takes it away behind the platform's back. */
    public synchronized void lose(Workload.Key key) {
        FakeInstance found = instances.remove(key);
        if (found != null) {
            found.stop();
        }
    }

    /** How often somebody has asked what drifted. */
    public synchronized int looks() {
        return looks;
    }

    @Override
    public synchronized void stop(Workload.Key key, Duration grace) {
        asked.remove(key);
        FakeInstance found = instances.remove(key);
        if (found != null) {
            found.stop();
        }
    }

    @Override
    public synchronized List<ReleaseName> namespaces(ProjectId project) {
        return namespaces.stream()
                .filter(release -> release.project().equals(project))
                .toList();
    }

    @Override
    public synchronized void removeNamespace(ReleaseName release) {
        namespaces.remove(release);
        instances.values().removeIf(instance -> {
            boolean inside = instance.instance().release().equals(release);
            if (inside) {
                asked.remove(instance.workload().key());
                instance.stop();
            }
            return inside;
        });
    }

    @Override
    public synchronized void close() {
        instances.values().forEach(FakeInstance::stop);
        instances.clear();
    }
}
