package im.backend.route.ingress;

import im.backend.cluster.Cluster;
import im.backend.cluster.ClusterSettings;
import im.backend.cluster.K3s;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on the API server of K3s; no controller serves the routes. */
@Tag("slow")
final class K3sIngressRouterTest extends IngressRouterContract {
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

    @Override
    int serve(Cluster cluster, String namespace, String name) {
        return 80;
    }
}
