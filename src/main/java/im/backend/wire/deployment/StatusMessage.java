package im.backend.wire.deployment;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One event of a deployment, on the WebSocket and by its polling twin alike: the message of seed 004, with {@code seq} and
 * {@code ts} so that a watcher that was cut off can go on where it was.
 *
 * @param url set when {@code status} is complete
 * @param version set when {@code status} is complete, as {@code v12}
 * @param error set when {@code status} is failed
 */
public record StatusMessage(
        String deploymentId,
        String projectId,
        String commitHash,
        String status,
        Optional<String> url,
        List<String> logs,
        long seq,
        Instant ts,
        Optional<String> version,
        Optional<FailureBody> error) {
    public StatusMessage {
        logs = List.copyOf(logs);
    }
}
