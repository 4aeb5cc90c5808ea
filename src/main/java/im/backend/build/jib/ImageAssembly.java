package im.backend.build.jib;

import im.backend.build.BuildListener;
import im.backend.build.BuildPlan;
import im.backend.build.BuildRequest;
import im.backend.build.BuiltLayout;
import im.backend.build.BuiltTree;
import im.backend.build.ImageBase;
import im.backend.build.jib.layer.Layers;
import im.backend.build.jib.layer.PlacedLayer;
import im.backend.build.jib.layer.StoredLayer;
import im.backend.domain.Digest;
import im.backend.registry.BlobStore;
import im.backend.registry.ImageRegistry;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredManifest;
import im.backend.sbom.Sbom;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts an image together in the registry: the base's layers by link, then the volumes' folders, the packages, the app. What
 * is there already is neither written nor read.
 */
final class ImageAssembly {
    private final ImageRegistry registry;
    private final Layers layers;

    ImageAssembly(ImageRegistry registry, Layers layers) {
        this.registry = registry;
        this.layers = layers;
    }

    /** @param own the layers that hold the packages and the app */
    record Assembled(StoredManifest manifest, List<PlacedLayer> own, ImageLabels labels) {}

    Assembled assemble(
            BuildRequest request,
            BuildPlan.Outline outline,
            BuiltTree built,
            Optional<ImageBase> base,
            BuildListener listener)
            throws IOException {
        ImageRepository repository = new ImageRepository(registry, RepositoryName.of(request.project()));
        List<PlacedLayer> own = layers.store(request, outline, built);
        ImageLabels labels = new ImageLabels(
                built.start(),
                own.stream().map(PlacedLayer::path).toList(),
                List.of(),
                Optional.of(repository
                        .store(Sbom.of(request.project().value(), built.packages())
                                .bytes())
                        .digest()));
        Optional<StoredBase> below =
                base.isPresent() ? Optional.of(StoredBase.read(registry.blobs(), base.get())) : Optional.empty();
        List<LayerDescriptor> all = new ArrayList<>(linked(repository.name(), below));
        layers.storeVolumes(repository.name(), ImageConfiguration.volumes(request))
                .map(LayerDescriptor::of)
                .ifPresent(all::add);
        own.forEach(placed -> all.add(LayerDescriptor.of(placed.layer())));
        ImageConfiguration configuration = new ImageConfiguration(request, labels, below, all);
        byte[] manifest =
                ManifestJson.image(repository.store(configuration.toJson()), all, configuration.annotations());
        StoredManifest stored = repository.put(manifest);
        listener.line(line(stored.digest(), all.size(), own));
        return new Assembled(stored, own, labels);
    }

    /** Fails with StageFailed {@code detection-failed} when nothing says how the image is started. */
    Assembled adopt(BuildRequest request, BuiltLayout built, BuildListener listener) throws IOException {
        ImageRepository repository = new ImageRepository(registry, RepositoryName.of(request.project()));
        Assembled adopted = new AdoptedImage(repository, built).adopt(request);
        listener.line(line(adopted.manifest().digest(), adopted.own().size(), adopted.own()));
        return adopted;
    }

    private List<LayerDescriptor> linked(RepositoryName repository, Optional<StoredBase> base) {
        List<LayerDescriptor> below = base.map(StoredBase::layers).orElse(List.of());
        BlobStore blobs = registry.blobs();
        for (LayerDescriptor layer : below) {
            if (!blobs.holds(repository, layer.digest()) && !blobs.link(repository, layer.digest())) {
                throw new IllegalStateException("base image without its layer " + layer.digest());
            }
        }
        return below;
    }

    private static String line(Digest digest, int layers, List<PlacedLayer> own) {
        long writtenBytes = own.stream()
                .map(PlacedLayer::layer)
                .filter(layer -> !layer.reused())
                .mapToLong(StoredLayer::sizeBytes)
                .sum();
        return "image " + digest.hex().substring(0, 12) + ": " + layers + " layers, " + writtenBytes / 1024
                + " KiB new";
    }
}
