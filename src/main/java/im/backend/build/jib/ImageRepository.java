package im.backend.build.jib;

import im.backend.domain.Digest;
import im.backend.registry.BlobContent;
import im.backend.registry.ImageRegistry;
import im.backend.registry.NewManifest;
import im.backend.registry.Reference;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredBlob;
import im.backend.registry.StoredManifest;
import im.backend.registry.Tag;
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

    StoredManifest name(byte[] manifest, Tag commit) {
        NewManifest fresh = new NewManifest(manifest, ManifestJson.MEDIA_TYPE, List.of(commit));
        return registry.find(name, new Reference.ByTag(commit))
                .filter(there -> there.digest().equals(fresh.digest()))
                .orElseGet(() -> {
                    registry.blobs().sync();
                    return registry.put(name, fresh);
                });
    }
}
