package im.backend.registry;

import im.backend.domain.Digest;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A manifest that names another one as its subject: a signature, an SBOM (OCI distribution 1.1, "Listing Referrers"). */
public record Referrer(
        Digest digest,
        String mediaType,
        long sizeBytes,
        Optional<String> artifactType,
        SortedMap<String, String> annotations) {
    public Referrer {
        annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
    }

    public Referrer(
            Digest digest,
            String mediaType,
            long sizeBytes,
            Optional<String> artifactType,
            Map<String, String> annotations) {
        this(digest, mediaType, sizeBytes, artifactType, new TreeMap<>(annotations));
    }
}
