package im.backend.wire;

import java.util.List;
import java.util.Optional;

/**
 * What was observed of a project just now.
 *
 * @param urls the shortest first
 * @param replicas wanted of the process {@code web}
 * @param newest the deployment that was asked for last
 */
public record StateBody(
        String projectId,
        Optional<String> release,
        List<String> urls,
        int replicas,
        List<InstanceBody> instances,
        Optional<DeploymentBody> newest) {
    public StateBody {
        urls = List.copyOf(urls);
        instances = List.copyOf(instances);
    }

    /**
     * One process of the live release.
     *
     * @param state {@code running}, {@code exited} (being started again) or {@code absent}
     * @param exitCode of the last end, when it has ended
     */
    public record InstanceBody(
            String process,
            int ordinal,
            String state,
            int restarts,
            Optional<Long> memoryBytes,
            Optional<Integer> exitCode,
            Optional<Boolean> outOfMemory) {}
}
