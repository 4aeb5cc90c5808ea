package im.backend.registry.disk;

import im.backend.registry.Reference;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredManifest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Manifests that were asked for lately: a cluster asks for the same one from each node. What is read while something changes is
 * not kept, so that it can not show what was before the change.
 */
final class ManifestCache {
    private static final long BYTES_MAX = 16L << 20;
    private static final int ENTRY_BYTES_MAX = 256 * 1024;
    /** Beside the content: keys, names, headers of the objects. */
    private static final int ENTRY_OVERHEAD_BYTES = 512;

    private final Map<Key, StoredManifest> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;
    private long changes;

    private record Key(RepositoryName repository, Reference reference) {}

    synchronized Optional<StoredManifest> find(RepositoryName repository, Reference reference) {
        return Optional.ofNullable(entries.get(new Key(repository, reference)));
    }

    /** To be taken before reading what is then given to {@link #keep}. */
    synchronized long mark() {
        return changes;
    }

    synchronized void keep(RepositoryName repository, Reference reference, StoredManifest manifest, long mark) {
        if (mark != changes || manifest.content().length > ENTRY_BYTES_MAX) {
            return;
        }
        if (entries.put(new Key(repository, reference), manifest) == null) {
            bytes += weight(manifest);
        }
        var oldest = entries.values().iterator();
        while (bytes > BYTES_MAX && oldest.hasNext()) {
            bytes -= weight(oldest.next());
            oldest.remove();
        }
    }

    /** To be called after a tag or manifest of the repository has changed on the disk. */
    synchronized void forget(RepositoryName repository) {
        changes++;
        entries.entrySet().removeIf(entry -> {
            boolean gone = entry.getKey().repository().equals(repository);
            if (gone) {
                bytes -= weight(entry.getValue());
            }
            return gone;
        });
    }

    private static long weight(StoredManifest manifest) {
        return manifest.content().length + ENTRY_OVERHEAD_BYTES;
    }
}
