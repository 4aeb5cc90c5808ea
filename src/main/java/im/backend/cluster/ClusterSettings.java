package im.backend.cluster;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Which cluster, and how long to wait for it.
 *
 * @param kubeconfig empty for the service account of the pod that this server runs in
 * @param context of the kubeconfig; empty for its current one
 * @param connectTimeout for one connection
 * @param callTimeout for one answer, its body included
 * @param patience how long a call is repeated while the API server is busy, broken or away
 * @param watchFor after how long a watch is asked for anew; the API server is told, so that it ends it in order
 */
public record ClusterSettings(
        Optional<Path> kubeconfig,
        String context,
        Duration connectTimeout,
        Duration callTimeout,
        Duration patience,
        Duration watchFor) {

    /** For production: an API server that restarts (K3s upgrades take about half a minute) is waited for. */
    public static ClusterSettings of(Path kubeconfig) {
        return new ClusterSettings(
                Optional.of(kubeconfig),
                "",
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofMinutes(5));
    }

    public ClusterSettings withContext(String name) {
        return new ClusterSettings(kubeconfig, name, connectTimeout, callTimeout, patience, watchFor);
    }

    public ClusterSettings withPatience(Duration limit) {
        return new ClusterSettings(kubeconfig, context, connectTimeout, callTimeout, limit, watchFor);
    }

    public ClusterSettings withCallTimeout(Duration limit) {
        return new ClusterSettings(kubeconfig, context, connectTimeout, limit, patience, watchFor);
    }
}
