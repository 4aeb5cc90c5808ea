package im.backend.build.jib.layer;

import im.backend.build.jib.app.AppFolders;
import im.backend.domain.Digest;
import im.backend.registry.BlobStore;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredBlob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Layers by a key of what is in them. A layer whose key is known is neither packed nor written again, which is what makes
 * a redeploy cost one small layer.
 */
final class LayerStore {
    private final Path keys;
    private final BlobStore blobs;

    LayerStore(Path keys, BlobStore blobs) {
        this.keys = keys;
        this.blobs = blobs;
    }

    /** Puts a layer's entries into a tar. */
    @FunctionalInterface
    interface Packing {
        void into(LayerTar tar) throws IOException;
    }

    void start() throws IOException {
        Files.createDirectories(keys);
    }

    /** @param key hex digits; equal keys, equal entries */
    StoredLayer store(RepositoryName repository, String key, Packing packing) throws IOException {
        Optional<StoredLayer> known = find(repository, key);
        if (known.isPresent()) {
            return known.get();
        }
        List<Digest> diffId = new ArrayList<>();
        StoredBlob blob = blobs.write(repository, out -> {
            try (LayerTar tar = new LayerTar(out)) {
                packing.into(tar);
                diffId.add(tar.diffId());
            }
        });
        StoredLayer layer = new StoredLayer(blob.digest(), diffId.getFirst(), blob.sizeBytes(), false);
        remember(key, layer);
        return layer;
    }

    /** Forgets the keys of layers that are gone. */
    void prune() throws IOException {
        for (Path key : AppFolders.list(keys)) {
            if (read(key)
                    .filter(layer -> blobs.size(layer.digest()).isPresent())
                    .isEmpty()) {
                Files.deleteIfExists(key);
            }
        }
    }

    /** Another project's layer of the same content is this repository's from now on too. */
    Optional<StoredLayer> find(RepositoryName repository, String key) throws IOException {
        return read(keys.resolve(key)).filter(layer -> blobs.link(repository, layer.digest()));
    }

    /** A record that a power cut left half-written is as good as none. */
    private static Optional<StoredLayer> read(Path file) throws IOException {
        try {
            return Optional.of(StoredLayer.parse(Files.readString(file).strip()));
        } catch (NoSuchFileException unknown) {
            return Optional.empty();
        } catch (IllegalArgumentException halfWritten) {
            return Optional.empty();
        }
    }

    private void remember(String key, StoredLayer layer) throws IOException {
        Path written = Files.createTempFile(keys, "new", "");
        Files.writeString(written, layer.line() + "\n");
        Files.move(written, keys.resolve(key), StandardCopyOption.ATOMIC_MOVE);
    }
}
