package im.backend.cluster;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on the API server of K3s. */
@Tag("slow")
final class K3sClusterTest extends ClusterContract {
    @RegisterExtension
    static final K3s K3S = new K3s();

    @Override
    Cluster open() {
        return Cluster.open(ClusterSettings.of(K3S.node().kubeconfig()));
    }

    @Override
    void stop() {
        // The other classes go on with it.
    }
}
