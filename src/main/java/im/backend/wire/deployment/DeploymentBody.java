package im.backend.wire.deployment;

import java.time.Instant;
import java.util.Optional;

/** One attempt to make a commit live. {@code commitHash} has 12 digits, {@code commit} all 40. */
public record DeploymentBody(
        String id,
        String projectId,
        String commitHash,
        String commit,
        String by,
        String origin,
        String status,
        Instant createdAt,
        Instant updatedAt,
        long lastSeq,
        Optional<String> version,
        Optional<String> url,
        Optional<FailureBody> error) {}
