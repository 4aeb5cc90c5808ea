package im.backend.build.base;

import im.backend.build.ImageReference;
import im.backend.build.Platform;
import im.backend.build.base.ImageDocuments.Configuration;
import im.backend.build.base.ImageDocuments.Described;
import im.backend.build.base.ImageDocuments.Manifest;
import im.backend.domain.Digest;
import im.backend.registry.ImageRegistry;
import im.backend.registry.NewManifest;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredManifest;
import im.backend.registry.Tag;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Brings one image into the registry: layers first, its name last, so that nothing half is ever named. */
final class ImageIntake {
    private static final int DOCUMENT_BYTES_MAX = 4 << 20;
    private static final int INDEX_DEPTH_MAX = 3;

    private final ImageRegistry registry;
    private final RepositoryName repository;
    private final Tag tag;
    private final Platform platform;
    private final LayerIntake layers;
    private final long bytesMax;

    ImageIntake(ImageRegistry registry, ImageReference reference, Platform platform, long bytesMax) {
        this.registry = registry;
        this.repository = Shelf.repository(reference);
        this.tag = Shelf.tag(reference);
        this.platform = platform;
        this.layers = new LayerIntake(registry, repository, bytesMax);
        this.bytesMax = bytesMax;
    }

    /** @param expected what the root has to be, when the reference says so */
    StoredManifest take(ImageOrigin origin, Optional<Digest> expected) throws IOException {
        ImageOrigin.Document document = origin.root();
        verify("The manifest", expected, document.content());
        for (int depth = 0; ImageDocuments.isIndex(document); depth++) {
            if (depth == INDEX_DEPTH_MAX) {
                throw ImageRefusal.invalid("its indexes are nested too deep.");
            }
            Digest chosen = ImageDocuments.choose(document, platform);
            document = origin.manifest(chosen);
            verify("The manifest", Optional.of(chosen), document.content());
        }
        Manifest manifest = ImageDocuments.manifest(document);
        byte[] configuration = read(origin, manifest.configuration());
        List<Digest> diffIds = diffIds(configuration, manifest.layers().size());
        checkSize(manifest.layers());
        List<LayerIntake.Taken> taken = new ArrayList<>();
        for (int at = 0; at < diffIds.size(); at++) {
            taken.add(takeLayer(origin, manifest.layers().get(at).digest(), diffIds.get(at)));
        }
        boolean changed = taken.stream().anyMatch(LayerIntake.Taken::changed);
        Described stored = storeConfiguration(configuration);
        return changed
                ? name(ImageDocuments.compose(stored, taken), ImageDocuments.OCI_MANIFEST)
                : name(document.content(), ImageDocuments.mediaType(document));
    }

    /** An image as docker save writes it: a configuration and plain tars, without digests of their own. */
    StoredManifest takeSaved(byte[] configuration, List<Path> tars) throws IOException {
        List<Digest> diffIds = diffIds(configuration, tars.size());
        List<LayerIntake.Taken> taken = new ArrayList<>();
        for (int at = 0; at < tars.size(); at++) {
            try (InputStream tar = Files.newInputStream(tars.get(at))) {
                taken.add(layers.take(tar, Optional.empty(), diffIds.get(at)));
            }
        }
        Described stored = storeConfiguration(configuration);
        return name(ImageDocuments.compose(stored, taken), ImageDocuments.OCI_MANIFEST);
    }

    /** One that is here already was verified when it came, and is not fetched again. */
    private LayerIntake.Taken takeLayer(ImageOrigin origin, Digest digest, Digest diffId) throws IOException {
        if (registry.blobs().link(repository, digest)) {
            return new LayerIntake.Taken(
                    digest, registry.blobs().size(digest).orElse(0), LayerIntake.Packing.GZIP.mediaType(), false);
        }
        try (InputStream layer = origin.blob(digest)) {
            return layers.take(layer, Optional.of(digest), diffId);
        }
    }

    private List<Digest> diffIds(byte[] configuration, int layerCount) {
        Configuration read = ImageDocuments.configuration(configuration);
        if (!read.platform().equals(platform)) {
            throw ImageRefusal.invalid("it is for " + read.platform() + " (expected: " + platform + ", as this host).");
        }
        if (read.diffIds().size() != layerCount) {
            throw ImageRefusal.invalid("it has " + layerCount + " layers, and its configuration names "
                    + read.diffIds().size() + ".");
        }
        return read.diffIds();
    }

    private void checkSize(List<Described> described) {
        long sum = 0;
        for (Described layer : described) {
            // Sizes are claims: each layer is measured when it is read, and this only says no before anything is.
            sum += Math.max(0, Math.min(layer.sizeBytes(), bytesMax + 1));
            if (sum > bytesMax) {
                throw ImageRefusal.tooLarge("The image", bytesMax);
            }
        }
    }

    private static byte[] read(ImageOrigin origin, Described described) throws IOException {
        try (InputStream in = origin.blob(described.digest())) {
            byte[] content = in.readNBytes(DOCUMENT_BYTES_MAX + 1);
            if (content.length > DOCUMENT_BYTES_MAX) {
                throw ImageRefusal.tooLarge("The configuration", DOCUMENT_BYTES_MAX);
            }
            verify("The configuration", Optional.of(described.digest()), content);
            return content;
        }
    }

    private Described storeConfiguration(byte[] configuration) {
        var stored = registry.blobs().write(repository, out -> out.write(configuration));
        return new Described(stored.digest(), stored.sizeBytes());
    }

    private StoredManifest name(byte[] manifest, String mediaType) {
        return registry.put(repository, new NewManifest(manifest, mediaType, List.of(tag)));
    }

    private static void verify(String what, Optional<Digest> expected, byte[] content) {
        if (expected.isPresent()) {
            Digest found = Digest.of(expected.get().algorithm(), content);
            if (!found.equals(expected.get())) {
                throw ImageRefusal.mismatch(what, expected.get(), found);
            }
        }
    }
}
