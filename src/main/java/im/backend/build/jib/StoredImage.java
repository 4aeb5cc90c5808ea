package im.backend.build.jib;

import com.google.cloud.tools.jib.image.json.BuildableManifestTemplate.ContentDescriptorTemplate;
import com.google.cloud.tools.jib.image.json.OciManifestTemplate;
import com.google.cloud.tools.jib.json.JsonTemplateMapper;
import im.backend.build.jib.layer.LayerFolder;
import im.backend.domain.Digest;
import im.backend.registry.BlobStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An image as its manifest and configuration say.
 *
 * @param layers that hold the app and its packages, in the manifest's order, as are the paths of the labels; what lies below
 *     them is the base's and is of no use on this host
 */
record StoredImage(Digest manifest, List<Digest> layers, ImageLabels labels) {
    StoredImage {
        layers = List.copyOf(layers);
    }

    /** Empty when a part of it that this host needs is missing. */
    static Optional<StoredImage> read(BlobStore blobs, Digest digest) throws IOException {
        if (blobs.size(digest).isEmpty()) {
            return Optional.empty();
        }
        OciManifestTemplate manifest = JsonTemplateMapper.readJson(bytes(blobs, digest), OciManifestTemplate.class);
        ContentDescriptorTemplate described = manifest.getContainerConfiguration();
        if (described == null || described.getDigest() == null) {
            return Optional.empty();
        }
        Digest configuration = new Digest(described.getDigest().toString());
        if (blobs.size(configuration).isEmpty()) {
            return Optional.empty();
        }
        ImageLabels labels = ImageLabels.read(bytes(blobs, configuration));
        List<ContentDescriptorTemplate> all = manifest.getLayers();
        int own = Math.min(all.size(), labels.layerPaths().size());
        List<Digest> layers = new ArrayList<>();
        for (ContentDescriptorTemplate layer : all.subList(all.size() - own, all.size())) {
            layers.add(new Digest(String.valueOf(layer.getDigest())));
        }
        boolean whole = layers.stream().allMatch(layer -> blobs.size(layer).isPresent());
        return whole ? Optional.of(new StoredImage(digest, layers, labels)) : Optional.empty();
    }

    /** The names of the folders that images are unpacked to. */
    static Set<String> foldersOf(BlobStore blobs, Collection<Digest> images) throws IOException {
        Set<String> names = new HashSet<>();
        for (Digest digest : images) {
            read(blobs, digest).ifPresent(image -> image.folders().forEach(folder -> names.add(folder.name())));
        }
        return names;
    }

    static byte[] bytes(BlobStore blobs, Digest digest) throws IOException {
        try (InputStream in = Channels.newInputStream(blobs.open(digest))) {
            return in.readAllBytes();
        }
    }

    /** The folders that it is unpacked to, outer ones first. */
    List<LayerFolder> folders() {
        return LayerFolder.of(layers, labels.layerPaths(), labels.mountPoints());
    }
}
