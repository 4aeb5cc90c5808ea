package im.backend.build.jib;

import com.google.cloud.tools.jib.image.json.BuildableManifestTemplate.ContentDescriptorTemplate;
import com.google.cloud.tools.jib.image.json.OciManifestTemplate;
import com.google.cloud.tools.jib.json.JsonTemplateMapper;
import im.backend.domain.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An image as its manifest and configuration say.
 *
 * @param layers in the manifest's order, as are the paths of the labels
 */
record StoredImage(Digest manifest, Digest configuration, List<Digest> layers, ImageLabels labels) {
    StoredImage {
        layers = List.copyOf(layers);
    }

    /** What must be kept. */
    record Needs(Set<Digest> blobs, Set<String> folders) {}

    /** Empty when a blob of it is missing. */
    static Optional<StoredImage> read(OciLayout layout, Digest digest) throws IOException {
        Optional<byte[]> json = layout.read(digest);
        if (json.isEmpty()) {
            return Optional.empty();
        }
        OciManifestTemplate manifest = JsonTemplateMapper.readJson(json.get(), OciManifestTemplate.class);
        ContentDescriptorTemplate described = manifest.getContainerConfiguration();
        if (described == null || described.getDigest() == null) {
            return Optional.empty();
        }
        Digest configuration = new Digest(described.getDigest().toString());
        List<Digest> layers = new ArrayList<>();
        for (ContentDescriptorTemplate layer : manifest.getLayers()) {
            layers.add(new Digest(String.valueOf(layer.getDigest())));
        }
        Optional<byte[]> content = layout.read(configuration);
        boolean whole = content.isPresent() && layers.stream().allMatch(layout::has);
        return whole
                ? Optional.of(new StoredImage(digest, configuration, layers, ImageLabels.read(content.get())))
                : Optional.empty();
    }

    static Needs needsOf(OciLayout layout, Collection<Digest> live) throws IOException {
        Needs needs = new Needs(new HashSet<>(), new HashSet<>());
        for (Digest digest : live) {
            Optional<StoredImage> image = read(layout, digest);
            if (image.isPresent()) {
                needs.blobs().add(digest);
                needs.blobs().add(image.get().configuration());
                needs.blobs().addAll(image.get().layers());
                image.get().labels().sbom().ifPresent(needs.blobs()::add);
                image.get().folders().forEach(folder -> needs.folders().add(folder.name()));
            }
        }
        return needs;
    }

    void touch(OciLayout layout, long nowMillis) throws IOException {
        layout.touch(manifest, nowMillis);
        layout.touch(configuration, nowMillis);
        for (Digest layer : layers) {
            layout.touch(layer, nowMillis);
        }
        if (labels.sbom().isPresent() && layout.has(labels.sbom().get())) {
            layout.touch(labels.sbom().get(), nowMillis);
        }
    }

    /** The folders that it is unpacked to, outer ones first. */
    List<LayerFolder> folders() {
        return LayerFolder.of(layers, labels.layerPaths());
    }
}
