package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.Cluster.Propagation;
import im.backend.cluster.Kind;
import im.backend.cluster.MergePatch;
import im.backend.cluster.ObjectJson;
import im.backend.cluster.Selection;
import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.Project;
import im.backend.domain.ProjectId;
import im.backend.domain.ReleaseName;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.kubernetes.label.Ownership;
import im.backend.orchestrator.kubernetes.label.VolumeName;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1ObjectReference;
import io.kubernetes.client.openapi.models.V1PersistentVolume;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaimSpec;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaimStatus;
import io.kubernetes.client.openapi.models.V1PersistentVolumeSpec;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1VolumeResourceRequirements;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A project's data under the claims of its releases. A claim and its PersistentVolume come and go with the release; the
 * storage that they name is the same each time, and is never deleted with them ({@code Retain}). At least one of the
 * project's PersistentVolumes is always left, because nothing else in the cluster knows where the data is.
 */
final class Volumes {
    private static final String RETAIN = "Retain";
    private static final List<String> ACCESS = List.of("ReadWriteOnce");
    private static final String STATIC_CLASS = "";
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final int LOOKS_MAX = 20;
    private static final int LOOKS_TO_REMIND = 4;
    /** Whoever made the storage deletes it only from a PersistentVolume that says so, and with the login that it names. */
    private static final List<String> OF_MAKER =
            List.of("pv.kubernetes.io/provisioned-by", "volume.kubernetes.io/provisioner-deletion-secret-");

    private final Cluster cluster;
    private final Ownership ownership;
    private final FirstVolume first;
    private final LastApplied applied;
    /** Names of PersistentVolumes that are known to outlive their claims. */
    private final Set<String> kept = ConcurrentHashMap.newKeySet();

    private final Duration patience;

    Volumes(Cluster cluster, KubernetesSettings settings, Ownership ownership, LastApplied applied) {
        this.cluster = cluster;
        this.applied = applied;
        this.ownership = ownership;
        this.first = new FirstVolume(cluster, settings);
        this.patience = settings.patience();
    }

    List<Workload.Volume> bind(Project project, ReleaseName release, List<VolumeClaim> claims) {
        return claims.stream()
                .map(claim -> {
                    bind(project.id(), release, claim);
                    applied.note(
                            Kind.PERSISTENT_VOLUME_CLAIM,
                            Address.in(release.toString(), VolumeName.of(release, claim.name())));
                    return new Workload.Volume(claim.name(), claim.path());
                })
                .toList();
    }

    /** From now on the storage of the release's claims outlives them. To be called before they may go. */
    void keep(ReleaseName release) {
        claims(release).forEach(this::keep);
    }

    /**
     * Removes what the release's claims stand on, except where it is the last that knows of the data. The cluster holds it
     * until the claims are gone.
     */
    void leave(ReleaseName release) {
        List<V1PersistentVolume> all = of(release.project()).stream()
                .filter(volume -> volume.getMetadata().getDeletionTimestamp() == null)
                .toList();
        for (V1PersistentVolume volume : all) {
            boolean mine = Ownership.release(volume.getMetadata()).equals(Optional.of(release));
            boolean another = all.stream()
                    .anyMatch(other -> other != volume
                            && name(other).equals(name(volume))
                            && !Ownership.release(other.getMetadata()).equals(Optional.of(release)));
            if (mine && another) {
                cluster.delete(Kind.PERSISTENT_VOLUME, volume, Propagation.BACKGROUND);
            }
        }
    }

    private void bind(ProjectId project, ReleaseName release, VolumeClaim claim) {
        Address address = Address.in(release.toString(), VolumeName.of(release, claim.name()));
        if (cluster.get(Kind.PERSISTENT_VOLUME_CLAIM, address).isPresent()) {
            return;
        }
        Optional<V1PersistentVolume> source = source(project, claim.name());
        if (source.isPresent()) {
            bindStatic(release, claim, source.get());
            return;
        }
        switch (first.of(project, claim)) {
            case FirstVolume.OfFolder(V1PersistentVolumeSpec spec) ->
                bindStatic(
                        release,
                        claim,
                        new V1PersistentVolume().metadata(new V1ObjectMeta()).spec(spec));
            case FirstVolume.OfClass(Optional<String> name) ->
                cluster.apply(
                        Kind.PERSISTENT_VOLUME_CLAIM,
                        claim(release, claim, spec -> name.ifPresent(spec::storageClassName)));
        }
    }

    /** Where the project's data of that name is; empty before the first release that had it. */
    private Optional<V1PersistentVolume> source(ProjectId project, String volume) {
        cluster.list(Kind.PERSISTENT_VOLUME_CLAIM, ownership.of(project).labelled(Ownership.VOLUME, volume))
                .forEach(this::keep);
        return of(project).stream()
                .filter(found -> name(found).equals(volume))
                .max(Comparator.comparing(found -> found.getMetadata().getCreationTimestamp()));
    }

    private void bindStatic(ReleaseName release, VolumeClaim claim, V1PersistentVolume source) {
        String name = VolumeName.of(release, claim.name());
        V1PersistentVolumeSpec specification = Objects.requireNonNull(source.getSpec());
        Optional<V1PersistentVolume> there = unlessGoing(Address.ofCluster(name));
        there.ifPresent(volume -> ownership.require("PersistentVolume " + name, volume.getMetadata()));
        V1PersistentVolume volume = new V1PersistentVolume()
                .metadata(new V1ObjectMeta()
                        .name(name)
                        .labels(labels(release, claim.name()))
                        .annotations(ofMaker(source)))
                .spec(copy(specification)
                        .persistentVolumeReclaimPolicy(RETAIN)
                        .storageClassName(STATIC_CLASS)
                        .claimRef(new V1ObjectReference()
                                .apiVersion("v1")
                                .kind(Kind.PERSISTENT_VOLUME_CLAIM.name())
                                .namespace(release.toString())
                                .name(name)));
        // Left from an earlier time of the same release: it still waits for a claim that is no more.
        there.ifPresent(old -> cluster.patch(
                Kind.PERSISTENT_VOLUME,
                Address.ofCluster(name),
                new MergePatch().remove("spec", "claimRef", "uid").remove("spec", "claimRef", "resourceVersion")));
        cluster.apply(Kind.PERSISTENT_VOLUME, volume);
        kept.add(name);
        Quantity size = Objects.requireNonNull(specification.getCapacity()).get("storage");
        cluster.apply(
                Kind.PERSISTENT_VOLUME_CLAIM,
                claim(
                        release,
                        claim,
                        spec -> spec.volumeName(name)
                                .storageClassName(STATIC_CLASS)
                                .resources(new V1VolumeResourceRequirements().requests(Map.of("storage", size)))));
        awaitBound(Address.in(release.toString(), name));
    }

    /**
     * Kubernetes' own controller may overtake itself while it binds the two, and would come back to the claim only after a
     * quarter of a minute, unless the claim changes. Goes on without an error: whatever else is wrong the pod will tell.
     */
    private void awaitBound(Address claim) {
        for (int look = 1; look <= LOOKS_MAX && !isBound(claim); look++) {
            if (look % LOOKS_TO_REMIND == 0) {
                remind(claim, look);
            }
            try {
                Thread.sleep(LOOK);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private boolean isBound(Address claim) {
        return cluster.get(Kind.PERSISTENT_VOLUME_CLAIM, claim)
                .filter(Volumes::isBound)
                .isPresent();
    }

    private static boolean isBound(V1PersistentVolumeClaim claim) {
        return Optional.ofNullable(claim.getStatus())
                .map(V1PersistentVolumeClaimStatus::getPhase)
                .equals(Optional.of("Bound"));
    }

    /** The first claim that keeps a pod from being given a node; empty when it has one, or waits for something else. */
    Optional<V1PersistentVolumeClaim> unbound(V1Pod pod) {
        V1PodSpec spec = pod.getSpec();
        if (spec == null || spec.getNodeName() != null || spec.getVolumes() == null) {
            return Optional.empty();
        }
        String namespace = Objects.requireNonNull(pod.getMetadata().getNamespace());
        return spec.getVolumes().stream()
                .flatMap(volume -> Stream.ofNullable(volume.getPersistentVolumeClaim()))
                .flatMap(source ->
                        cluster
                                .get(Kind.PERSISTENT_VOLUME_CLAIM, Address.in(namespace, source.getClaimName()))
                                .stream())
                .filter(claim -> !isBound(claim))
                .findFirst();
    }

    private void remind(Address claim, int look) {
        cluster.patch(
                Kind.PERSISTENT_VOLUME_CLAIM,
                claim,
                new MergePatch().set(Integer.toString(look), "metadata", "annotations", "backend.im/awaited"));
    }

    /** One that is still being removed is waited for: what is applied to it would go with it. */
    private Optional<V1PersistentVolume> unlessGoing(Address volume) {
        Optional<V1PersistentVolume> there = cluster.get(Kind.PERSISTENT_VOLUME, volume);
        if (there.isPresent() && there.get().getMetadata().getDeletionTimestamp() != null) {
            cluster.deleteAndWait(Kind.PERSISTENT_VOLUME, volume, patience);
            return Optional.empty();
        }
        return there;
    }

    private static Map<String, String> ofMaker(V1PersistentVolume source) {
        Map<String, String> annotations =
                new HashMap<>(Objects.requireNonNullElse(source.getMetadata().getAnnotations(), Map.of()));
        annotations.keySet().removeIf(name -> OF_MAKER.stream().noneMatch(name::startsWith));
        return annotations;
    }

    private V1PersistentVolumeClaim claim(
            ReleaseName release, VolumeClaim claim, java.util.function.Consumer<V1PersistentVolumeClaimSpec> further) {
        V1PersistentVolumeClaimSpec spec = new V1PersistentVolumeClaimSpec()
                .accessModes(ACCESS)
                .resources(new V1VolumeResourceRequirements()
                        .requests(Map.of("storage", new Quantity(Long.toString(claim.sizeBytes())))));
        further.accept(spec);
        return new V1PersistentVolumeClaim()
                .metadata(new V1ObjectMeta()
                        .namespace(release.toString())
                        .name(VolumeName.of(release, claim.name()))
                        .labels(labels(release, claim.name())))
                .spec(spec);
    }

    /** A volume that a storage class has made becomes the project's: labelled, and no longer deleted with its claim. */
    void keep(V1PersistentVolumeClaim claim) {
        String volume = claim.getSpec() == null ? null : claim.getSpec().getVolumeName();
        if (volume == null || volume.isEmpty() || kept.contains(volume)) {
            return;
        }
        Address address = Address.ofCluster(volume);
        Optional<V1PersistentVolume> found = cluster.get(Kind.PERSISTENT_VOLUME, address);
        if (found.isEmpty()) {
            return;
        }
        if (ownership.owns(found.get().getMetadata())) {
            kept.add(volume);
            return;
        }
        MergePatch change = new MergePatch().set(RETAIN, "spec", "persistentVolumeReclaimPolicy");
        claim.getMetadata().getLabels().forEach((name, value) -> change.set(value, "metadata", "labels", name));
        cluster.patch(Kind.PERSISTENT_VOLUME, address, change);
        kept.add(volume);
    }

    private List<V1PersistentVolumeClaim> claims(ReleaseName release) {
        return cluster.list(
                Kind.PERSISTENT_VOLUME_CLAIM,
                Selection.in(release.toString()).labelled(Ownership.OWNER, ownership.owner()));
    }

    private List<V1PersistentVolume> of(ProjectId project) {
        return cluster.list(Kind.PERSISTENT_VOLUME, ownership.of(project));
    }

    private Map<String, String> labels(ReleaseName release, String volume) {
        Map<String, String> labels = ownership.labels(release);
        labels.put(Ownership.VOLUME, volume);
        return labels;
    }

    private static String name(V1PersistentVolume volume) {
        return Ownership.label(volume.getMetadata(), Ownership.VOLUME).orElse("");
    }

    private static V1PersistentVolumeSpec copy(V1PersistentVolumeSpec source) {
        return ObjectJson.copy(source, V1PersistentVolumeSpec.class);
    }
}
