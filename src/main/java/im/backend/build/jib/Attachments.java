package im.backend.build.jib;

import im.backend.domain.Digest;
import im.backend.registry.ImageRegistry;
import im.backend.registry.NewManifest;
import im.backend.registry.Referrer;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredBlob;
import im.backend.registry.StoredManifest;
import im.backend.sbom.Sbom;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Hangs the bill of materials and the provenance on an image as referrers (OCI distribution 1.1, "Listing Referrers"). */
record Attachments(ImageRegistry registry, RepositoryName repository, StoredManifest image, String created) {
    /** Adds what is not there: of an image that is built again, the first build's word stays. */
    void attach(Optional<Digest> sbom, Provenance provenance) {
        Set<String> there = registry.referrers(repository, image.digest()).stream()
                .map(Referrer::artifactType)
                .flatMap(Optional::stream)
                .collect(Collectors.toSet());
        if (sbom.isPresent() && !there.contains(Sbom.MEDIA_TYPE)) {
            long size = registry.blobs().size(sbom.get()).orElseThrow();
            add(Sbom.MEDIA_TYPE, new StoredBlob(sbom.get(), size), Map.of());
        }
        if (!there.contains(Provenance.MEDIA_TYPE)) {
            byte[] statement = provenance.toJson();
            StoredBlob stored = registry.blobs().write(repository, out -> out.write(statement));
            add(Provenance.MEDIA_TYPE, stored, Map.of("in-toto.io/predicate-type", Provenance.PREDICATE));
        }
    }

    private void add(String type, StoredBlob document, Map<String, String> further) {
        SortedMap<String, String> annotations = new TreeMap<>(further);
        annotations.put(ImageConfiguration.CREATED, created);
        byte[] nothing = ManifestJson.EMPTY.getBytes(StandardCharsets.UTF_8);
        StoredBlob empty = registry.blobs().write(repository, out -> out.write(nothing));
        StoredBlob subject = new StoredBlob(image.digest(), image.content().length);
        byte[] manifest = ManifestJson.attachment(type, empty, document, subject, annotations);
        registry.put(repository, new NewManifest(manifest, ManifestJson.MEDIA_TYPE, List.of()));
    }
}
