package im.backend.wire.project;

import im.backend.wire.deployment.DeploymentReply;
import java.util.List;
import java.util.Optional;

/** @param deployment the one that a change has started */
public record SecretsReply(String projectId, List<SecretBody> secrets, Optional<DeploymentReply> deployment) {
    public SecretsReply {
        secrets = List.copyOf(secrets);
    }
}
