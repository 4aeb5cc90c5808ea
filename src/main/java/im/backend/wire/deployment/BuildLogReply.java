package im.backend.wire.deployment;

import java.util.List;

/** {@code GET /v1/deployments/{id}/logs}: all that a deployment's stages wrote. */
public record BuildLogReply(String deploymentId, String status, List<String> lines) {
    public BuildLogReply {
        lines = List.copyOf(lines);
    }
}
