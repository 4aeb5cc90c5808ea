package im.backend.wire.deployment;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;

/**
 * {@code GET /api/status/{id}} (seed 004).
 *
 * @param url null until the deployment is complete
 */
public record StatusReply(
        String id,
        String projectId,
        String commitHash,
        String status,
        @JsonInclude(JsonInclude.Include.ALWAYS) Optional<String> url,
        List<String> logs,
        Optional<FailureBody> error) {
    public StatusReply {
        logs = List.copyOf(logs);
    }
}
