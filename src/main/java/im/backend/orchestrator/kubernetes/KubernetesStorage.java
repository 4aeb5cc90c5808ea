package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.cluster.MergePatch;
import im.backend.domain.ProjectId;
import im.backend.file.FileTree;
import im.backend.orchestrator.Storage;
import im.backend.orchestrator.kubernetes.label.Ownership;
import im.backend.orchestrator.log.LogFolder;
import io.kubernetes.client.openapi.models.V1PersistentVolume;
import io.kubernetes.client.openapi.models.V1PersistentVolumeSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Volumes are PersistentVolumes whose data outlives every claim. They are given back to whatever made them: a storage class
 * deletes what it made once it may, and a folder of this host is deleted here.
 */
public final class KubernetesStorage implements Storage {
    private final Cluster cluster;
    private final KubernetesSettings settings;
    private final Ownership ownership;
    private final LogFolder logs;

    public KubernetesStorage(Cluster cluster, KubernetesSettings settings, LogFolder logs) {
        this.cluster = cluster;
        this.settings = settings;
        this.ownership = new Ownership(settings.owner());
        this.logs = logs;
    }

    @Override
    public void delete(ProjectId project) {
        List<V1PersistentVolume> volumes = volumes(project);
        for (V1PersistentVolume volume : volumes) {
            cluster.patch(
                    Kind.PERSISTENT_VOLUME,
                    Address.ofCluster(name(volume)),
                    new MergePatch().set("Delete", "spec", "persistentVolumeReclaimPolicy"));
        }
        cluster.list(Kind.PERSISTENT_VOLUME_CLAIM, ownership.of(project))
                .forEach(claim -> cluster.delete(Kind.PERSISTENT_VOLUME_CLAIM, claim, Cluster.Propagation.BACKGROUND));
        for (V1PersistentVolume volume : volumes) {
            if (ownFolder(volume).isPresent()) {
                // No controller deletes a folder that none has made.
                cluster.delete(Kind.PERSISTENT_VOLUME, volume, Cluster.Propagation.BACKGROUND);
            }
        }
        deleteFolders(settings.storage().folder().resolve(project.value()));
        logs.delete(project);
    }

    /** What is used of folders of this host, and the whole size of volumes that are elsewhere. */
    @Override
    public long usedBytes(ProjectId project) {
        Map<String, Long> sources = new HashMap<>();
        for (V1PersistentVolume volume : volumes(project)) {
            sources.put(
                    Ownership.label(volume.getMetadata(), Ownership.VOLUME).orElse(name(volume)),
                    ownFolder(volume).map(KubernetesStorage::bytes).orElseGet(() -> size(volume)));
        }
        return sources.values().stream().mapToLong(Long::longValue).sum() + logs.usedBytes(project);
    }

    private List<V1PersistentVolume> volumes(ProjectId project) {
        return cluster.list(Kind.PERSISTENT_VOLUME, ownership.of(project));
    }

    private Optional<Path> ownFolder(V1PersistentVolume volume) {
        V1PersistentVolumeSpec spec = Objects.requireNonNull(volume.getSpec());
        if (spec.getLocal() == null) {
            return Optional.empty();
        }
        Path path = Path.of(spec.getLocal().getPath());
        return path.startsWith(settings.storage().folder().toAbsolutePath()) ? Optional.of(path) : Optional.empty();
    }

    private static long size(V1PersistentVolume volume) {
        var capacity = Objects.requireNonNull(volume.getSpec()).getCapacity();
        return capacity == null || !capacity.containsKey("storage")
                ? 0
                : capacity.get("storage").getNumber().longValue();
    }

    private static String name(V1PersistentVolume volume) {
        return Objects.requireNonNull(volume.getMetadata().getName());
    }

    private static long bytes(Path folder) {
        try {
            return Files.isDirectory(folder) ? new FileTree(folder).bytes() : 0;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static void deleteFolders(Path folder) {
        try {
            new FileTree(folder).delete();
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }
}
