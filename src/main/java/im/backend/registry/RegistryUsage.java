package im.backend.registry;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is stored, and for whom.
 *
 * @param bytesByOwner what the repositories of each owner hold; what two owners hold counts for both
 * @param bytes on the disk, each blob once, with those that wait for collection
 */
public record RegistryUsage(int repositories, long blobs, long bytes, SortedMap<String, Long> bytesByOwner) {
    public RegistryUsage {
        bytesByOwner = Collections.unmodifiableSortedMap(new TreeMap<>(bytesByOwner));
    }
}
