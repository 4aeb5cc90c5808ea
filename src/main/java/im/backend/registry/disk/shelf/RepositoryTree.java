package im.backend.registry.disk.shelf;

import im.backend.domain.Digest;
import im.backend.registry.RepositoryName;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads what the folders hold. */
public record RepositoryTree(Layout layout) {
    /** Repositories of that name and below it, in no order. */
    public List<RepositoryName> below(String prefix) throws IOException {
        List<RepositoryName> found = new ArrayList<>();
        Path start = layout.repositories().resolve(prefix);
        if (Files.isDirectory(start)) {
            collect(start, found);
        }
        return found;
    }

    public List<RepositoryName> all() throws IOException {
        return below("");
    }

    private void collect(Path folder, List<RepositoryName> found) throws IOException {
        boolean repository = false;
        for (Path child : DurableFiles.list(folder)) {
            if (child.getFileName().toString().startsWith("_")) {
                repository = true;
            } else {
                collect(child, found);
            }
        }
        if (repository) {
            found.add(
                    new RepositoryName(layout.repositories().relativize(folder).toString()));
        }
    }

    /** Every blob and manifest that the repository holds. */
    public List<Digest> held(RepositoryName repository) throws IOException {
        Layout.Folder folder = layout.repository(repository);
        List<Digest> held = new ArrayList<>(digests(folder.blobs()));
        held.addAll(digests(folder.manifests()));
        return held;
    }

    /** The digests that files below {@code {algorithm}/} are named after, in their order. */
    public static List<Digest> digests(Path folder) throws IOException {
        List<Digest> found = new ArrayList<>();
        for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
            for (Path file : DurableFiles.list(folder.resolve(algorithm.label()))) {
                Digest.parse(algorithm.label() + ":" + file.getFileName()).ifPresent(found::add);
            }
        }
        return found;
    }

    /** A folder of blobs of one algorithm. */
    public record Shard(Digest.Algorithm algorithm, Path folder) {
        public List<Digest> digests() throws IOException {
            List<Digest> found = new ArrayList<>();
            for (Path file : DurableFiles.list(folder)) {
                Digest.parse(algorithm.label() + ":" + file.getFileName()).ifPresent(found::add);
            }
            return found;
        }
    }

    /** @param root {@code {algorithm}/{two digits}/{digest}} are below it */
    List<Shard> shards(Path root) throws IOException {
        List<Shard> shards = new ArrayList<>();
        for (Digest.Algorithm algorithm : Digest.Algorithm.values()) {
            for (Path folder : DurableFiles.list(root.resolve(algorithm.label()))) {
                shards.add(new Shard(algorithm, folder));
            }
        }
        return shards;
    }

    /** Whether the repository holds no blob, manifest or tag any more. */
    public boolean isEmpty(RepositoryName repository) throws IOException {
        for (Path own : own(repository)) {
            if (hasFiles(own)) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasFiles(Path folder) throws IOException {
        for (Path child : DurableFiles.list(folder)) {
            if (!Files.isDirectory(child) || hasFiles(child)) {
                return true;
            }
        }
        return false;
    }

    /** Removes the folders of an empty repository; other repositories below its name stay. */
    public void remove(RepositoryName repository) throws IOException {
        for (Path own : own(repository)) {
            removeFolders(own);
        }
        try {
            Files.deleteIfExists(layout.repository(repository).path());
        } catch (DirectoryNotEmptyException othersBelow) {
            // a/b goes, a/b/c stays.
        }
    }

    private List<Path> own(RepositoryName repository) throws IOException {
        return DurableFiles.list(layout.repository(repository).path()).stream()
                .filter(child -> child.getFileName().toString().startsWith("_"))
                .toList();
    }

    private static void removeFolders(Path folder) throws IOException {
        for (Path child : DurableFiles.list(folder)) {
            removeFolders(child);
        }
        Files.deleteIfExists(folder);
    }
}
