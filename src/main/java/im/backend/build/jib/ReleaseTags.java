package im.backend.build.jib;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import im.backend.domain.Digest;
import im.backend.registry.ImageRegistry;
import im.backend.registry.NewManifest;
import im.backend.registry.Reference;
import im.backend.registry.RepositoryName;
import im.backend.registry.StoredManifest;
import im.backend.registry.Tag;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The tags that images get here: the commit's short hash, and {@code v12} for each release. */
record ReleaseTags(ImageRegistry registry) {
    private static final Pattern OURS = Pattern.compile("[0-9a-f]{12}|v[0-9]+");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Does nothing when the image is gone or has the name. */
    void name(RepositoryName repository, Digest image, Tag tag) {
        boolean named = registry.find(repository, new Reference.ByTag(tag))
                .filter(there -> there.digest().equals(image))
                .isPresent();
        if (named) {
            return;
        }
        Optional<StoredManifest> found = registry.find(repository, new Reference.ByDigest(image));
        if (found.isPresent()) {
            StoredManifest manifest = found.get();
            registry.put(repository, new NewManifest(manifest.content(), manifest.mediaType(), List.of(tag)));
        }
    }

    /** Takes our tags off images that no release needs, so that they can be collected. What people pushed keeps its tags. */
    void prune(Collection<Digest> live) throws IOException {
        for (RepositoryName repository : registry.repositories()) {
            for (Tag tag : registry.tags(repository)) {
                if (OURS.matcher(tag.value()).matches()) {
                    Optional<StoredManifest> manifest = registry.find(repository, new Reference.ByTag(tag));
                    if (manifest.isPresent()
                            && !live.contains(manifest.get().digest())
                            && wasBuiltHere(repository, manifest.get())) {
                        registry.delete(repository, new Reference.ByTag(tag));
                    }
                }
            }
        }
    }

    private static boolean wasBuiltHere(RepositoryName repository, StoredManifest manifest) throws IOException {
        JsonNode annotations = JSON.readTree(manifest.content()).path("annotations");
        String source = annotations.path(ImageConfiguration.SOURCE).asText();
        return source.equals(ImageConfiguration.source(repository.value().replaceFirst("/", "-")));
    }
}
