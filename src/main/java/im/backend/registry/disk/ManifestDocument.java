package im.backend.registry.disk;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import im.backend.domain.Digest;
import im.backend.problem.Problem;
import im.backend.problem.ProblemException;
import im.backend.registry.Referrer;
import im.backend.registry.StoredManifest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a manifest says about others (OCI image spec 1.1, "Image Manifest" and "Image Index"; their Docker forebears are
 * read alike). Fields that are not known are the pusher's business.
 *
 * @param blobs all it names
 * @param needed those of them that must be in the repository
 * @param manifests that must be in the repository
 * @param subject that need not be there
 * @param artifactType of the manifest, else the media type of its configuration
 */
record ManifestDocument(
        List<Digest> blobs,
        List<Digest> needed,
        List<Digest> manifests,
        Optional<Digest> subject,
        Optional<String> artifactType,
        Map<String, String> annotations) {
    static final String INDEX = "application/vnd.oci.image.index.v1+json";
    private static final String IMAGE = "application/vnd.oci.image.manifest.v1+json";
    private static final Set<String> MEDIA_TYPES = Set.of(
            IMAGE,
            INDEX,
            "application/vnd.oci.artifact.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.v2+json",
            "application/vnd.docker.distribution.manifest.list.v2+json");
    private static final Set<String> INDEXES =
            Set.of(INDEX, "application/vnd.docker.distribution.manifest.list.v2+json");
    private static final int DEPTH_MAX = 64;
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH_MAX)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    ManifestDocument {
        blobs = List.copyOf(blobs);
        needed = List.copyOf(needed);
        manifests = List.copyOf(manifests);
        annotations = Map.copyOf(annotations);
    }

    /**
     * The media type of a manifest that came under {@code declared}, which may be empty: then it is what the manifest
     * says itself. Fails with Malformed {@code manifest-invalid}.
     */
    static String mediaType(byte[] content, String declared) {
        JsonNode root = tree(content);
        String own = root.path("mediaType").asText("");
        String type = declared.isEmpty() ? own : declared;
        if (type.isEmpty()) {
            type = root.has("manifests") ? INDEX : IMAGE;
        }
        if (!MEDIA_TYPES.contains(type)) {
            throw invalid("its media type is none of "
                    + String.join(", ", MEDIA_TYPES.stream().sorted().toList()));
        }
        if (!own.isEmpty() && !own.equals(type)) {
            throw invalid("its mediaType is not the Content-Type it came with");
        }
        return type;
    }

    /** Fails with Malformed {@code manifest-invalid}. */
    static ManifestDocument read(byte[] content, String mediaType) {
        JsonNode root = tree(content);
        if (root.path("schemaVersion").asInt(2) != 2) {
            throw invalid("schemaVersion is not 2");
        }
        List<Digest> manifests = new ArrayList<>();
        List<JsonNode> blobs = new ArrayList<>();
        if (INDEXES.contains(mediaType)) {
            descriptors(root, "manifests").forEach(one -> manifests.add(digest(one)));
        } else {
            if (root.has("config")) {
                blobs.add(root.get("config"));
            }
            blobs.addAll(descriptors(root, "layers"));
            blobs.addAll(descriptors(root, "blobs"));
        }
        JsonNode subject = root.path("subject");
        return new ManifestDocument(
                blobs.stream().map(ManifestDocument::digest).toList(),
                blobs.stream()
                        .filter(ManifestDocument::isNeeded)
                        .map(ManifestDocument::digest)
                        .toList(),
                manifests,
                subject.isObject() ? Optional.of(digest(subject)) : Optional.empty(),
                artifactType(root, mediaType),
                annotations(root));
    }

    Referrer asReferrer(StoredManifest manifest) {
        return new Referrer(
                manifest.digest(),
                manifest.mediaType(),
                manifest.content().length,
                artifactType,
                new TreeMap<>(annotations));
    }

    private static JsonNode tree(byte[] content) {
        try {
            JsonNode root = JSON.readTree(content);
            if (!root.isObject()) {
                throw invalid("it is no JSON object");
            }
            return root;
        } catch (JsonProcessingException broken) {
            throw new Problem.Malformed(
                            "manifest-invalid", "The manifest is not allowed: " + broken.getOriginalMessage() + ".")
                    .asException(broken);
        } catch (IOException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }

    private static Optional<String> artifactType(JsonNode root, String mediaType) {
        String own = root.path("artifactType").asText("");
        String fallback = INDEXES.contains(mediaType)
                ? ""
                : root.path("config").path("mediaType").asText("");
        return Optional.of(own.isEmpty() ? fallback : own).filter(type -> !type.isEmpty());
    }

    private static Map<String, String> annotations(JsonNode root) {
        Map<String, String> annotations = new TreeMap<>();
        root.path("annotations").properties().forEach(entry -> {
            if (!entry.getValue().isTextual()) {
                throw invalid("an annotation is no text");
            }
            annotations.put(entry.getKey(), entry.getValue().textValue());
        });
        return annotations;
    }

    private static List<JsonNode> descriptors(JsonNode root, String field) {
        JsonNode list = root.path(field);
        if (!list.isArray() && !list.isMissingNode() && !list.isNull()) {
            throw invalid(field + " is no list");
        }
        List<JsonNode> found = new ArrayList<>();
        list.forEach(found::add);
        return found;
    }

    private static boolean isNeeded(JsonNode descriptor) {
        return !isElsewhere(descriptor) && !isInline(descriptor, digest(descriptor));
    }

    /** Layers that may not be passed on are fetched from where their urls say (image spec, "Non-distributable layers"). */
    private static boolean isElsewhere(JsonNode descriptor) {
        String type = descriptor.path("mediaType").asText("");
        return type.contains(".nondistributable.") || type.contains(".rootfs.foreign.") || descriptor.has("urls");
    }

    /** Content that the descriptor brings itself (image spec, "Embedded Content") needs no blob. */
    private static boolean isInline(JsonNode descriptor, Digest digest) {
        try {
            String data = descriptor.path("data").asText("");
            return !data.isEmpty()
                    && Digest.of(digest.algorithm(), Base64.getDecoder().decode(data))
                            .equals(digest);
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    private static Digest digest(JsonNode descriptor) {
        return Digest.parse(descriptor.path("digest").asText(""))
                .orElseThrow(() -> invalid("a descriptor in it has no digest that is known here"));
    }

    private static ProblemException invalid(String why) {
        return new Problem.Malformed("manifest-invalid", "The manifest is not allowed: " + why + ".").asException();
    }
}
