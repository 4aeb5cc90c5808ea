package im.backend.orchestrator.kubernetes;

import static org.assertj.core.api.Assumptions.assumeThat;

import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.cluster.FakeCluster;
import im.backend.cluster.Kind;
import im.backend.domain.Digest;
import io.kubernetes.client.openapi.models.V1Node;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** On the API server of our own, whose pods are processes of this machine. */
@Tag("slow")
final class FakeKubernetesOrchestratorTest extends KubernetesOrchestratorKit {
    private static final String IMAGE = "fake/app";

    @TempDir
    static Path folder;

    private static FakeCluster fake;
    private static Cluster cluster;

    @BeforeAll
    static void open() throws IOException, InterruptedException {
        assumeThat(StaticImage.canBeMade()).as("gcc makes the app").isTrue();
        assumeThat(Path.of("/usr/bin/bwrap"))
                .as("bubblewrap shows it its files")
                .exists();
        fake = new FakeCluster(folder).start();
        Path root = Files.createDirectories(folder.resolve("image/app"));
        Files.copy(StaticImage.compiled(folder), root.resolve("serve"));
        fake.node().image(IMAGE, root.getParent());
        cluster = Cluster.open(ClusterSettings.of(fake.kubeconfig()));
        cluster.apply(Kind.NODE, new V1Node().metadata(new V1ObjectMeta().name("fake")));
    }

    @AfterAll
    static void close() {
        if (fake != null) {
            cluster.close();
            fake.close();
        }
    }

    @Override
    Cluster cluster() {
        return cluster;
    }

    @Override
    KubernetesSettings settings() {
        return new KubernetesSettings(
                "8f9a2f5e-0000-4000-8000-000000000002",
                (project, digest) -> IMAGE,
                Optional.empty(),
                "kube-system",
                new KubernetesSettings.StorageSettings(Optional.empty(), folder.resolve("volumes")),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30));
    }

    @Override
    Digest image() {
        return Digest.ofSha256Hex("0".repeat(64));
    }
}
