package im.backend.build.pod;

import im.backend.orchestrator.kubernetes.KubernetesSettings.PullLogin;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * @param folder of caches, dependency layers and work folders; on the file system of the images
 * @param namespace that build pods run in; made when it is not there
 * @param owner uid of this installation, written on everything that it makes
 * @param registry that nodes pull base images from, as {@code host:port}
 * @param login what they pull with; empty when the registry asks nobody
 * @param passed package registries and their certificates, which builds see
 * @param reachable private networks that builds may reach beside the internet, as {@code 10.0.0.0/24}: where the
 *     operator's own package registry is
 */
public record PodSandboxSettings(
        Path folder,
        String namespace,
        String owner,
        String registry,
        Optional<PullLogin> login,
        PodLimits limits,
        Map<String, String> passed,
        List<String> reachable) {
    public static final String NAMESPACE = "backendim-builds";

    public PodSandboxSettings {
        passed = Map.copyOf(passed);
        reachable = List.copyOf(reachable);
    }

    /**
     * Processes of one pod are bounded by the kubelet ({@code podPidsLimit}); a pod can not ask for less.
     *
     * @param memoryBytes of one build
     * @param diskBytes of one build's folders together, and of a result
     * @param timeMax of one build, its tests included
     * @param startMax until its pod runs, the pull of the base image included
     * @param podsMax at a time
     */
    public record PodLimits(long memoryBytes, long diskBytes, Duration timeMax, Duration startMax, int podsMax) {
        public static final PodLimits DEFAULT =
                new PodLimits(2L << 30, 8L << 30, Duration.ofMinutes(15), Duration.ofMinutes(5), 4);
    }
}
