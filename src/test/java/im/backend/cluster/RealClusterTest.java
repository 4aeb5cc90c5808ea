package im.backend.cluster;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;

/** The contract on the cluster that {@code BACKENDIM_TEST_KUBECONFIG} names. */
final class RealClusterTest extends ClusterContract {
    private static final String KUBECONFIG = Objects.requireNonNullElse(System.getenv("BACKENDIM_TEST_KUBECONFIG"), "");

    @BeforeAll
    static void needsACluster() {
        assumeThat(KUBECONFIG)
                .as("BACKENDIM_TEST_KUBECONFIG names the kubeconfig of a cluster to test on; it is not set")
                .isNotEmpty();
    }

    @Override
    Cluster open() {
        return Cluster.open(ClusterSettings.of(Path.of(KUBECONFIG)));
    }

    @Override
    void stop() {
        // Somebody else's cluster goes on.
    }
}
