package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.Cluster.Propagation;
import im.backend.cluster.Kind;
import im.backend.cluster.MergePatch;
import im.backend.cluster.Selection;
import im.backend.domain.AppManifest.Scaling;
import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.DeploymentId;
import im.backend.domain.Endpoint;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.orchestrator.Exit;
import im.backend.orchestrator.Hindrance;
import im.backend.orchestrator.Instance;
import im.backend.orchestrator.Observation;
import im.backend.orchestrator.Orchestrator;
import im.backend.orchestrator.Schedules;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.kubernetes.label.InstanceName;
import im.backend.orchestrator.kubernetes.label.Ownership;
import im.backend.orchestrator.kubernetes.label.WorkloadLabels;
import im.backend.orchestrator.kubernetes.sight.PodDiagnosis;
import im.backend.orchestrator.kubernetes.sight.Sighting;
import im.backend.orchestrator.kubernetes.sight.Sightings;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1Service;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs releases on a cluster: a namespace for each release, and in it a Deployment for each key (ADR 0024). The cluster is
 * the only memory: what is asked for is applied again at each start of the server, and found where it is.
 */
public final class KubernetesOrchestrator implements Orchestrator {
    private static final System.Logger LOG = System.getLogger(KubernetesOrchestrator.class.getName());
    /** On top of the pods' own grace, for the kubelet to take down what is left of them. */
    private static final Duration END_MARGIN = Duration.ofSeconds(60);

    private final Cluster cluster;
    private final KubernetesSettings settings;
    private final Ownership ownership;
    private final Services services;
    private final WorkloadObjects objects;
    private final Namespaces namespaces;
    private final Volumes volumes;
    private final Sightings sightings;
    private final LastApplied applied;
    private final Drift drift;

    public KubernetesOrchestrator(Cluster cluster, KubernetesSettings settings) {
        this.cluster = cluster;
        this.settings = settings;
        this.ownership = new Ownership(settings.owner());
        this.services = new Services(cluster);
        this.objects = new WorkloadObjects(settings, ownership);
        this.applied = new LastApplied(cluster);
        this.namespaces = new Namespaces(cluster, settings, ownership, applied);
        this.volumes = new Volumes(cluster, settings, ownership, applied);
        this.sightings = new Sightings(cluster, ownership);
        this.drift = new Drift(cluster, ownership, applied, volumes);
    }

    /** The scheduled commands of the same cluster: what somebody changes of them is drift too. */
    public Schedules schedules(Clock clock) {
        return new KubernetesSchedules(cluster, settings, applied, clock);
    }

    @Override
    public Place place() {
        return Place.CLUSTER;
    }

    @Override
    public void createNamespace(ReleaseName release) {
        namespaces.create(release);
    }

    @Override
    public List<Workload.Volume> createVolumes(Project project, ReleaseName release, List<VolumeClaim> claims) {
        return volumes.bind(project, release, claims);
    }

    @Override
    public Instance start(Workload workload) {
        applied.apply(Kind.SECRET, objects.environment(workload));
        V1Deployment deployment = deployment(objects.deployment(workload));
        sightings.remember(workload.key(), Address.of(deployment));
        objects.autoscaler(workload).ifPresent(autoscaler -> {
            raise(deployment, replicas(workload));
            applied.apply(Kind.AUTOSCALER, autoscaler);
        });
        objects.disruptionBudget(workload).ifPresent(budget -> applied.apply(Kind.DISRUPTION_BUDGET, budget));
        Optional<Endpoint> endpoint = objects.service(workload).map(this::apply).flatMap(Services::endpoint);
        return new Instance(workload.key(), workload.project().id(), workload.release(), endpoint);
    }

    /** One that is just being stopped is waited for: what is applied to it goes with it. */
    private V1Deployment deployment(V1Deployment wanted) {
        V1Deployment now = applied.apply(Kind.DEPLOYMENT, wanted);
        if (now.getMetadata().getDeletionTimestamp() == null) {
            return now;
        }
        cluster.deleteAndWait(Kind.DEPLOYMENT, Address.of(wanted), END_MARGIN);
        return applied.apply(Kind.DEPLOYMENT, wanted);
    }

    @Override
    public boolean isRolledOut(Workload.Key key) {
        return sightings.awaited(key).map(Sighting::rolledOut).orElse(false);
    }

    @Override
    public Observation observe(Workload.Key key) {
        Optional<Sighting> seen = sightings.observed(key);
        if (seen.isEmpty()) {
            return new Observation.Absent();
        }
        Sighting sighting = seen.get();
        if (sighting.running() == 0 && sighting.lastExit().isPresent()) {
            return new Observation.Exited(sighting.lastExit().get(), sighting.restarts());
        }
        Address place = sightings.place(key).orElseThrow();
        if (!sighting.rolledOut()) {
            return sightings
                    .warnings(key, place)
                    .hindrance(place, sighting.unready(), sighting.hindrance())
                    .or(() -> waiting(sighting.unready()))
                    .<Observation>map(Observation.Held::new)
                    .orElse(new Observation.Running(List.of(), 0, sighting.restarts()));
        }
        return new Observation.Running(
                services.endpoint(place).stream().toList(), memoryBytes(key, place), sighting.restarts());
    }

    private Optional<Hindrance> waiting(List<V1Pod> unready) {
        return unready.stream()
                .flatMap(pod -> PodDiagnosis.waiting(pod, volumes.unbound(pod)).stream())
                .findFirst();
    }

    @Override
    public Optional<Exit> lastExit(Workload.Key key) {
        return sightings.awaited(key).flatMap(Sighting::lastExit);
    }

    @Override
    public List<Instance> running(ProjectId project) {
        Selection ours = ownership.of(project);
        Map<Address, Endpoint> endpoints = new HashMap<>();
        for (V1Service service : cluster.list(Kind.SERVICE, ours)) {
            Services.endpoint(service).ifPresent(endpoint -> endpoints.put(Address.of(service), endpoint));
        }
        return cluster.list(Kind.DEPLOYMENT, ours).stream()
                .filter(deployment -> deployment.getMetadata().getDeletionTimestamp() == null)
                .flatMap(deployment -> instance(deployment, endpoints).stream())
                .sorted(Comparator.comparing(
                        instance -> InstanceName.of(instance.key()).value()))
                .toList();
    }

    @Override
    public void stop(Workload.Key key, Duration grace) {
        Optional<Address> place = sightings.place(key);
        if (place.isEmpty()) {
            return;
        }
        Address address = place.get();
        applied.forget(address);
        // The Deployment last: by it whoever comes after a crash in between sees that something is left.
        List.of(Kind.SERVICE, Kind.AUTOSCALER, Kind.DISRUPTION_BUDGET, Kind.SECRET)
                .forEach(kind -> cluster.delete(kind, address, Propagation.BACKGROUND));
        cluster.deleteAndWait(Kind.DEPLOYMENT, address, grace.plus(END_MARGIN));
        sightings.forget(key);
    }

    @Override
    public List<ReleaseName> namespaces(ProjectId project) {
        return namespaces.of(project);
    }

    @Override
    public void removeNamespace(ReleaseName release) {
        Optional<V1Namespace> namespace = namespaces.find(release);
        if (namespace.isEmpty()) {
            return;
        }
        applied.forget(release);
        volumes.keep(release);
        Selection inside = Selection.in(release.toString()).labelled(Ownership.OWNER, ownership.owner());
        // The namespace goes in its own time; what ran in it is no instance any more from now on.
        for (V1Deployment deployment : cluster.list(Kind.DEPLOYMENT, inside)) {
            cluster.delete(Kind.DEPLOYMENT, deployment, Propagation.FOREGROUND);
            WorkloadLabels.of(deployment).map(WorkloadLabels::key).ifPresent(sightings::forget);
        }
        // Before the namespace, because that is what whoever comes after a crash in between sees.
        volumes.leave(release);
        namespaces.remove(namespace.get());
    }

    @Override
    public Map<DeploymentId, List<String>> drift(Map<DeploymentId, ReleaseName> live) {
        return drift.of(live);
    }

    /** Tells when something that shall be there is being deleted, at once and in another thread, until it is closed. */
    public AutoCloseable watchDrift(Runnable listener) {
        return new DriftWatch(cluster, ownership, applied, listener);
    }

    /**
     * Ports are told apart by their numbers: one whose number somebody has changed stays beside ours, with the same name, and
     * the API server refuses the two. Then the Service is put in its place as a whole, at the address that it has.
     */
    private V1Service apply(V1Service service) {
        try {
            return applied.apply(Kind.SERVICE, service);
        } catch (ProblemException refused) {
            Optional<V1Service> there = refused.problem() instanceof Problem.Invalid
                    ? cluster.get(Kind.SERVICE, Address.of(service))
                    : Optional.empty();
            if (there.isEmpty()) {
                throw refused;
            }
            service.getMetadata().setResourceVersion(there.get().getMetadata().getResourceVersion());
            service.getSpec().clusterIP(there.get().getSpec().getClusterIP());
            return applied.replace(Kind.SERVICE, service);
        }
    }

    /**
     * The autoscaler would come to it within half a minute, and until then one replica would count as all of them. Once more
     * are running their number is the autoscaler's, which an apply would take from it.
     */
    private void raise(V1Deployment deployment, int replicas) {
        if (replicas(deployment) < replicas) {
            cluster.patch(Kind.DEPLOYMENT, Address.of(deployment), new MergePatch().set(replicas, "spec", "replicas"));
        }
    }

    /** As many as the release runs that this one takes over from: the load does not begin anew with it. */
    private int replicas(Workload workload) {
        Scaling scaling = workload.terms().scaling();
        String process = workload.key().process();
        int now = cluster.list(Kind.DEPLOYMENT, ownership.of(workload.project().id())).stream()
                .filter(deployment -> WorkloadLabels.of(deployment)
                        .filter(labels -> labels.key().process().equals(process))
                        .isPresent())
                .mapToInt(KubernetesOrchestrator::replicas)
                .max()
                .orElse(scaling.min());
        return Math.clamp(now, scaling.min(), scaling.max());
    }

    private static int replicas(V1Deployment deployment) {
        return Objects.requireNonNullElse(deployment.getSpec().getReplicas(), 1);
    }

    private static Optional<Instance> instance(V1Deployment deployment, Map<Address, Endpoint> endpoints) {
        return WorkloadLabels.of(deployment)
                .map(labels -> new Instance(
                        labels.key(),
                        labels.release().project(),
                        labels.release(),
                        Optional.ofNullable(endpoints.get(Address.of(deployment)))));
    }

    /** 0 where there is no metrics-server, or it has not measured yet. */
    private long memoryBytes(Workload.Key key, Address place) {
        try {
            return cluster.list(Kind.POD_METRICS, Sightings.pods(key, place)).stream()
                    .flatMap(pod -> pod.getContainers().stream())
                    .flatMap(container -> Stream.ofNullable(container.getUsage().get("memory")))
                    .mapToLong(memory -> memory.getNumber().longValue())
                    .sum();
        } catch (ProblemException notMeasured) {
            LOG.log(System.Logger.Level.DEBUG, "no figures of memory: {0}", notMeasured.getMessage());
            return 0;
        }
    }
}
