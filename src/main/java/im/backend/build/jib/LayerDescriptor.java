package im.backend.build.jib;

import com.google.cloud.tools.jib.api.DescriptorDigest;
import com.google.cloud.tools.jib.blob.BlobDescriptor;
import com.google.cloud.tools.jib.image.Layer;
import com.google.cloud.tools.jib.image.ReferenceLayer;
import im.backend.build.jib.layer.StoredLayer;
import im.backend.domain.Digest;
import java.security.DigestException;

/**
 * A layer as a manifest and a configuration name it.
 *
 * @param digest of the packed bytes, the blob's name
 * @param diffId of the tar itself (OCI image spec, "Layer DiffID")
 */
record LayerDescriptor(String mediaType, Digest digest, Digest diffId, long sizeBytes) {
    static final String GZIP = "application/vnd.oci.image.layer.v1.tar+gzip";
    static final String ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd";

    static LayerDescriptor of(StoredLayer layer) {
        return new LayerDescriptor(GZIP, layer.digest(), layer.diffId(), layer.sizeBytes());
    }

    Layer toJib() {
        return new ReferenceLayer(new BlobDescriptor(sizeBytes, jibDigest(digest)), jibDigest(diffId));
    }

    private static DescriptorDigest jibDigest(Digest digest) {
        try {
            return DescriptorDigest.fromDigest(digest.value());
        } catch (DigestException sameGrammar) {
            throw new IllegalStateException(sameGrammar);
        }
    }
}
