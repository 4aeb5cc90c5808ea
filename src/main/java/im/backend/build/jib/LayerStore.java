package im.backend.build.jib;

import com.google.cloud.tools.jib.blob.BlobDescriptor;
import im.backend.domain.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Layers by a key of what is in them. A layer whose key is known is neither packed nor written again, which is what makes
 * a redeploy cost one small layer.
 */
final class LayerStore {
    private final Path keys;
    private final OciLayout layout;
    private final Clock clock;

    LayerStore(Path keys, OciLayout layout, Clock clock) {
        this.keys = keys;
        this.layout = layout;
        this.clock = clock;
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
    StoredLayer store(String key, Packing packing) throws IOException {
        Optional<StoredLayer> known = find(key);
        if (known.isPresent()) {
            return known.get();
        }
        List<Digest> diffId = new ArrayList<>();
        BlobDescriptor blob = layout.write(out -> {
            try (LayerTar tar = new LayerTar(out)) {
                packing.into(tar);
                diffId.add(tar.diffId());
            }
        });
        StoredLayer layer =
                new StoredLayer(new Digest(blob.getDigest().toString()), diffId.getFirst(), blob.getSize(), false);
        remember(key, layer);
        return layer;
    }

    /** Forgets the keys of layers that are gone. */
    void prune() throws IOException {
        for (Path key : OciLayout.list(keys)) {
            if (read(key).filter(layer -> layout.has(layer.digest())).isEmpty()) {
                Files.deleteIfExists(key);
            }
        }
    }

    Optional<StoredLayer> find(String key) throws IOException {
        Optional<StoredLayer> known = read(keys.resolve(key)).filter(layer -> layout.has(layer.digest()));
        if (known.isPresent()) {
            layout.touch(known.get().digest(), clock.millis());
        }
        return known;
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
