package im.backend.build.jib;

import im.backend.domain.Digest;
import im.backend.registry.BlobContent;
import im.backend.registry.ImageRegistry;
import im.backend.registry.NewManifest;
import im.backend.registry.Reference;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredBlob;
import im.backend.registry.StoredManifest;
import java.util.List;

/** One project's part of the registry, as builds write to it. */
record ImageRepository(ImageRegistry registry, RepositoryName name) {
    /** A blob whose bytes are there already costs no write. */
    StoredBlob store(byte[] content) {
        Digest digest = Digest.of(Digest.Algorithm.SHA256, content);
        return has(digest) ? new StoredBlob(digest, content.length) : write(out -> out.write(content));
    }

    StoredBlob write(BlobContent content) {
        return registry.blobs().write(name, content);
    }

    /** Whether the bytes are in the registry; this repository holds them then. */
    boolean has(Digest digest) {
        return registry.blobs().link(name, digest);
    }

    /** Without a tag: a release goes by digest, and its names can wait. */
    StoredManifest put(byte[] manifest) {
        NewManifest fresh = new NewManifest(manifest, ManifestJson.MEDIA_TYPE, List.of());
        return registry.find(name, new Reference.ByDigest(fresh.digest())).orElseGet(() -> registry.put(name, fresh));
    }
}
