package im.backend.wire.deployment;

import com.fasterxml.jackson.annotation.JsonProperty;

/** A deployment that was accepted by {@code /v1}: the fields of seed 004 and {@code deployment_id} of seed 000. */
public record DeploymentReply(
        String deploymentId,
        @JsonProperty("deployment_id") String seedDeploymentId,
        String projectId,
        String commitHash,
        String status,
        String websocketUrl) {}
