package im.backend.wire.release;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What can be put live again without a build.
 *
 * @param image digest of the OCI image
 * @param secrets the version of each secret that it saw
 */
public record ReleaseBody(
        String projectId,
        String version,
        boolean live,
        String deploymentId,
        String commitHash,
        String commit,
        String image,
        String runtime,
        int replicas,
        String origin,
        Instant createdAt,
        Map<String, Integer> secrets) {
    public ReleaseBody {
        secrets = Collections.unmodifiableSortedMap(new TreeMap<>(secrets));
    }
}
