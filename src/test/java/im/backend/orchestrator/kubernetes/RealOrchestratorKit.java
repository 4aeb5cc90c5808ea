package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Cluster;
import im.backend.domain.Digest;

/** The kit on a cluster that runs what it is given. */
abstract class RealOrchestratorKit extends KubernetesOrchestratorKit {
    abstract RealCluster real();

    @Override
    Cluster cluster() {
        return real().cluster;
    }

    @Override
    KubernetesSettings settings() {
        return real().settings;
    }

    @Override
    Digest image() {
        return real().image;
    }
}
