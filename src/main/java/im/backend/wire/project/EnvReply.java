package im.backend.wire.project;

import im.backend.wire.deployment.DeploymentReply;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is set on the project itself, which wins over backend.yml.
 *
 * @param deployment the one that a change has started
 */
public record EnvReply(String projectId, Map<String, String> env, Optional<DeploymentReply> deployment) {
    public EnvReply {
        env = Collections.unmodifiableSortedMap(new TreeMap<>(env));
    }
}
