package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.domain.AppManifest.VolumeClaim;
import im.backend.domain.ProjectId;
import im.backend.problem.Problem;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1LocalVolumeSource;
import io.kubernetes.client.openapi.models.V1Node;
import io.kubernetes.client.openapi.models.V1NodeSelector;
import io.kubernetes.client.openapi.models.V1NodeSelectorRequirement;
import io.kubernetes.client.openapi.models.V1NodeSelectorTerm;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1PersistentVolumeSpec;
import io.kubernetes.client.openapi.models.V1StorageClass;
import io.kubernetes.client.openapi.models.V1VolumeNodeAffinity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a project's data begins: with a storage class, or on a cluster without any in a folder of this host, which is then
 * the one node there is.
 */
final class FirstVolume {
    private static final String DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";
    private static final String HOST_LABEL = "kubernetes.io/hostname";

    private final Cluster cluster;
    private final KubernetesSettings settings;

    FirstVolume(Cluster cluster, KubernetesSettings settings) {
        this.cluster = cluster;
        this.settings = settings;
    }

    sealed interface Begun {}

    /** @param name empty for the default one */
    record OfClass(Optional<String> name) implements Begun {}

    record OfFolder(V1PersistentVolumeSpec spec) implements Begun {}

    Begun of(ProjectId project, VolumeClaim claim) {
        Optional<String> named = settings.storage().storageClass();
        if (named.isPresent()
                || cluster.list(Kind.STORAGE_CLASS, Selection.everywhere()).stream()
                        .anyMatch(FirstVolume::isDefault)) {
            return new OfClass(named);
        }
        String node = onlyNode();
        Path folder =
                makeFolder(settings.storage().folder().resolve(project.value()).resolve(claim.name()));
        return new OfFolder(new V1PersistentVolumeSpec()
                .accessModes(List.of("ReadWriteOnce"))
                .capacity(Map.of("storage", new Quantity(Long.toString(claim.sizeBytes()))))
                .volumeMode("Filesystem")
                .local(new V1LocalVolumeSource().path(folder.toString()))
                .nodeAffinity(new V1VolumeNodeAffinity()
                        .required(new V1NodeSelector()
                                .nodeSelectorTerms(List.of(new V1NodeSelectorTerm()
                                        .matchExpressions(List.of(new V1NodeSelectorRequirement()
                                                .key(HOST_LABEL)
                                                .operator("In")
                                                .values(List.of(node)))))))));
    }

    private static boolean isDefault(V1StorageClass storageClass) {
        Map<String, String> annotations =
                Objects.requireNonNullElse(storageClass.getMetadata().getAnnotations(), Map.of());
        return "true".equals(annotations.get(DEFAULT_CLASS));
    }

    private String onlyNode() {
        List<V1Node> nodes = cluster.list(Kind.NODE, Selection.everywhere());
        if (nodes.size() != 1) {
            throw new Problem.StageFailed(
                            "volume-unavailable",
                            "The cluster has " + nodes.size()
                                    + " nodes and no default StorageClass, so that there is no"
                                    + " place for a volume.",
                            "Install one (as K3s' local-path), or name one in the setting kubernetes.storage-class.",
                            List.of())
                    .asException();
        }
        V1ObjectMeta node = nodes.getFirst().getMetadata();
        return Objects.requireNonNullElse(node.getLabels(), Map.<String, String>of())
                .getOrDefault(HOST_LABEL, node.getName());
    }

    /** The kubelet gives it to the apps' group; nobody else gets further than the folder around it. */
    private static Path makeFolder(Path folder) {
        try {
            return Files.createDirectories(folder).toAbsolutePath();
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }
}
