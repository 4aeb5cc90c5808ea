package im.backend.registry.disk;

import im.backend.domain.Digest;
import im.backend.registry.RegistryUsage;
import im.backend.registry.RepositoryName;
import im.backend.registry.disk.shelf.RepositoryTree;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts what is stored, by looking at all of it. */
record Census(Ground ground) {
    RegistryUsage take() throws IOException {
        List<RepositoryName> repositories = ground.tree().all();
        SortedMap<String, Set<Digest>> held = new TreeMap<>();
        for (RepositoryName repository : repositories) {
            held.computeIfAbsent(repository.owner(), _ -> new HashSet<>())
                    .addAll(ground.tree().held(repository));
        }
        SortedMap<String, Long> bytesByOwner = new TreeMap<>();
        for (String owner : held.keySet()) {
            long sum = 0;
            for (Digest digest : held.getOrDefault(owner, Set.of())) {
                sum += ground.shelf().sizeOrZero(digest);
            }
            bytesByOwner.put(owner, sum);
        }
        long blobs = 0;
        long bytes = 0;
        for (RepositoryTree.Shard shard : ground.shelf().shards()) {
            for (Digest digest : shard.digests()) {
                blobs++;
                bytes += ground.shelf().sizeOrZero(digest);
            }
        }
        return new RegistryUsage(repositories.size(), blobs, bytes, bytesByOwner);
    }
}
