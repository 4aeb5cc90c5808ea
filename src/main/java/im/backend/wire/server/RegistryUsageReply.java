package im.backend.wire.server;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code GET /v1/registry/usage}.
 *
 * @param bytes on the disk, each blob once
 * @param bytesByOwner what the repositories of each owner hold; what two owners hold counts for both
 */
public record RegistryUsageReply(int repositories, long blobs, long bytes, Map<String, Long> bytesByOwner) {
    public RegistryUsageReply {
        bytesByOwner = Collections.unmodifiableSortedMap(new TreeMap<>(bytesByOwner));
    }
}
