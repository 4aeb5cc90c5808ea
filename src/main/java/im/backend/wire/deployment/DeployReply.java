package im.backend.wire.deployment;

/** The answer to {@code POST /api/deploy}, field for field as in seed 004. {@code commitHash} has 12 digits. */
public record DeployReply(
        String deploymentId, String projectId, String commitHash, String status, String websocketUrl) {}
