package im.backend.orchestrator.kubernetes;

import static org.assertj.core.api.Assumptions.assumeThat;

import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.cluster.K3s;
import im.backend.domain.Digest;
import im.backend.domain.ProjectId;
import im.backend.registry.RepositoryName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;

/** A cluster of one node with a registry of ours that it pulls from, and in that an image that this machine compiled. */
final class RealCluster implements AutoCloseable {
    static final String VARIABLE = "BACKENDIM_TEST_KUBECONFIG";
    private static final String OWNER = "8f9a2f5e-0000-4000-8000-000000000001";

    final Cluster cluster;
    final KubernetesSettings settings;
    final Digest image;
    private final OpenRegistry registry;

    private RealCluster(Path kubeconfig, InetSocketAddress address, ProjectId project, Path folder) {
        this.cluster = Cluster.open(ClusterSettings.of(kubeconfig).withPatience(Duration.ofSeconds(20)));
        this.registry = new OpenRegistry(folder.resolve("registry"), address);
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

    /** The one that {@code BACKENDIM_TEST_KUBECONFIG} names, whose node pulls from 127.0.0.1; skips where there is none. */
    static RealCluster named(ProjectId project, Path folder) throws IOException {
        return named(project, folder, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** @param registry where its nodes reach it as 127.0.0.1 and this port, other nodes by settings of their own */
    static RealCluster named(ProjectId project, Path folder, InetSocketAddress registry) throws IOException {
        String kubeconfig = System.getenv(VARIABLE);
        assumeThat(kubeconfig)
                .as("%s names the kubeconfig of a cluster whose only node is this machine", VARIABLE)
                .isNotNull();
        return open(Path.of(kubeconfig), registry, project, folder);
    }

    static RealCluster of(K3s.Node node, ProjectId project) throws IOException {
        return open(node.kubeconfig(), node.registry(), project, Files.createTempDirectory(node.folder(), "shared"));
    }

    private static RealCluster open(Path kubeconfig, InetSocketAddress registry, ProjectId project, Path folder)
            throws IOException {
        assumeThat(StaticImage.canBeMade()).as("gcc makes the image").isTrue();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        return new RealCluster(kubeconfig, registry, project, folder);
    }

    @Override
    public void close() {
        registry.close();
        cluster.close();
    }
}
