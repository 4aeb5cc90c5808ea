package im.backend.orchestrator.kubernetes;

import static org.assertj.core.api.Assumptions.assumeThat;

import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.domain.Digest;
import im.backend.domain.ProjectId;
import im.backend.registry.RepositoryName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;

/**
 * The cluster that {@code BACKENDIM_TEST_KUBECONFIG} names, with a registry of ours that its node pulls from at
 * 127.0.0.1, and in it an image that this machine compiled.
 */
final class RealCluster implements AutoCloseable {
    static final String VARIABLE = "BACKENDIM_TEST_KUBECONFIG";
    private static final String OWNER = "8f9a2f5e-0000-4000-8000-000000000001";

    final Cluster cluster;
    final KubernetesSettings settings;
    final Digest image;
    private final OpenRegistry registry;

    private RealCluster(Path kubeconfig, ProjectId project, Path folder) {
        this.cluster = Cluster.open(ClusterSettings.of(kubeconfig).withPatience(Duration.ofSeconds(20)));
        this.registry = new OpenRegistry(folder.resolve("registry"));
        this.image = StaticImage.put(registry.registry(), RepositoryName.of(project), folder);
        this.settings = new KubernetesSettings(
                OWNER,
                (owner, digest) -> registry.address() + "/" + RepositoryName.of(owner) + "@" + digest,
                Optional.empty(),
                "kube-system",
                new KubernetesSettings.StorageSettings(Optional.empty(), folder.resolve("volumes")),
                Duration.ofSeconds(5),
                Duration.ofSeconds(90));
    }

    /** Skips the test where there is none. */
    static RealCluster open(ProjectId project, Path folder) throws IOException {
        String kubeconfig = System.getenv(VARIABLE);
        assumeThat(kubeconfig)
                .as("%s names the kubeconfig of a cluster whose only node is this machine", VARIABLE)
                .isNotNull();
        assumeThat(StaticImage.canBeMade()).as("gcc makes the image").isTrue();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new RealCluster(Path.of(kubeconfig), project, folder);
    }

    @Override
    public void close() {
        registry.close();
        cluster.close();
    }
}
