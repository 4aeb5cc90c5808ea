package im.backend.wire.deployment;

import im.backend.wire.source.FileContent;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code POST /api/deploy} (seed 004): the source as a map of paths to contents.
 *
 * @param projectId an existing project's id
 * @param projectName the project's name, which is created when there is none
 * @param userId of the seed's client; must be the caller's own
 */
public record DeployRequest(
        Map<String, FileContent> files,
        Optional<String> projectId,
        Optional<String> projectName,
        Optional<String> userId,
        Optional<String> message) {
    public DeployRequest {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }
}
