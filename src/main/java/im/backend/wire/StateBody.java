package im.backend.wire;

import java.util.List;
import java.util.Optional;

/**
 * What was observed of a project just now.
 *
 * @param usedBytes of its volumes and logs on disk
 */
public record StateBody(
        String projectId,
        Optional<String> release,
        Optional<String> url,
        int replicas,
        List<InstanceBody> instances,
        long usedBytes) {
    public StateBody {
        instances = List.copyOf(instances);
    }

    /**
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
