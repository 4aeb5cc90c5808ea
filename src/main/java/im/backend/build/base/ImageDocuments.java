package im.backend.build.base;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.build.Platform;
import im.backend.domain.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Manifests, indexes and configurations of images from elsewhere, read with suspicion (OCI image spec; Docker's as well). */
final class ImageDocuments {
    static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
    private static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
    private static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
    private static final String DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
    private static final int LAYERS_MAX = 127;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    private ImageDocuments() {}

    /** What a descriptor says of a blob. */
    record Described(Digest digest, long sizeBytes) {}

    /** @param layers from the lowest up */
    record Manifest(Described configuration, List<Described> layers) {}

    /** @param diffIds of the layers' tars, from the lowest up */
    record Configuration(Platform platform, List<Digest> diffIds) {}

    static boolean isIndex(ImageOrigin.Document document) {
        JsonNode json = json(document.content(), "a manifest");
        String type = json.path("mediaType").asText(document.mediaType());
        return type.equals(OCI_INDEX) || type.equals(DOCKER_LIST);
    }

    static String mediaType(ImageOrigin.Document document) {
        return json(document.content(), "a manifest").path("mediaType").asText(document.mediaType());
    }

    /** The manifest, or the index below, for a platform. */
    static Digest choose(ImageOrigin.Document index, Platform platform) {
        List<Digest> matching = new ArrayList<>();
        List<Digest> silent = new ArrayList<>();
        List<String> offered = new ArrayList<>();
        for (JsonNode one : json(index.content(), "an index").path("manifests")) {
            JsonNode said = one.path("platform");
            Platform its = new Platform(
                    said.path("os").asText(), said.path("architecture").asText());
            if (said.isMissingNode()) {
                silent.add(digest(one));
            } else if (its.equals(platform)) {
                matching.add(digest(one));
            } else {
                offered.add(its.toString());
            }
        }
        if (!matching.isEmpty()) {
            return matching.getFirst();
        }
        if (silent.size() == 1) {
            return silent.getFirst();
        }
        throw ImageRefusal.invalid(
                silent.isEmpty()
                        ? "it is not for " + platform + ", which this host is (it is for: " + String.join(", ", offered)
                                + ")."
                        : "the archive holds " + silent.size() + " images (expected: one).");
    }

    static Manifest manifest(ImageOrigin.Document document) {
        String type = mediaType(document);
        if (!type.equals(OCI_MANIFEST) && !type.equals(DOCKER_MANIFEST)) {
            throw ImageRefusal.invalid("its manifest has a type that is not known (expected: " + OCI_MANIFEST + ").");
        }
        JsonNode json = json(document.content(), "a manifest");
        List<Described> layers = new ArrayList<>();
        for (JsonNode layer : json.path("layers")) {
            if (layer.has("urls")) {
                throw ImageRefusal.invalid("a layer of it is kept elsewhere (expected: all layers with the image).");
            }
            layers.add(described(layer));
        }
        if (layers.size() > LAYERS_MAX) {
            throw ImageRefusal.invalid("it has " + layers.size() + " layers (expected: at most " + LAYERS_MAX + ").");
        }
        return new Manifest(described(json.path("config")), layers);
    }

    static Configuration configuration(byte[] content) {
        JsonNode json = json(content, "the configuration");
        List<Digest> diffIds = new ArrayList<>();
        for (JsonNode diffId : json.path("rootfs").path("diff_ids")) {
            diffIds.add(sha256(diffId.asText()));
        }
        return new Configuration(
                new Platform(json.path("os").asText(), json.path("architecture").asText()), diffIds);
    }

    /** A manifest of our own, for an image that came without one or whose layers were packed here. */
    static byte[] compose(Described configuration, List<LayerIntake.Taken> layers) {
        ObjectNode json = JSON.createObjectNode();
        json.put("schemaVersion", 2).put("mediaType", OCI_MANIFEST);
        json.set("config", descriptor(OCI_CONFIG, configuration));
        var array = json.putArray("layers");
        layers.forEach(
                layer -> array.add(descriptor(layer.mediaType(), new Described(layer.digest(), layer.sizeBytes()))));
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException neverOfATree) {
            throw new IllegalStateException(neverOfATree);
        }
    }

    private static ObjectNode descriptor(String mediaType, Described described) {
        return JSON.createObjectNode()
                .put("mediaType", mediaType)
                .put("digest", described.digest().value())
                .put("size", described.sizeBytes());
    }

    /** What {@code manifest.json} of docker save says. */
    record Saved(String configuration, List<String> layers) {}

    static Saved saved(byte[] content) {
        JsonNode json = json(content, "manifest.json");
        if (!json.isArray() || json.size() != 1) {
            throw ImageRefusal.invalid("the archive holds " + json.size() + " images (expected: one).");
        }
        List<String> layers = new ArrayList<>();
        json.get(0).path("Layers").forEach(layer -> layers.add(layer.asText()));
        if (layers.size() > LAYERS_MAX) {
            throw ImageRefusal.invalid("it has " + layers.size() + " layers (expected: at most " + LAYERS_MAX + ").");
        }
        return new Saved(json.get(0).path("Config").asText(), layers);
    }

    private static Described described(JsonNode descriptor) {
        return new Described(digest(descriptor), descriptor.path("size").asLong(-1));
    }

    private static Digest digest(JsonNode descriptor) {
        return sha256(descriptor.path("digest").asText());
    }

    private static Digest sha256(String text) {
        Optional<Digest> digest = Digest.parse(text).filter(one -> one.algorithm() == Digest.Algorithm.SHA256);
        return digest.orElseThrow(
                () -> ImageRefusal.invalid("a digest in it is not one (expected: sha256: and 64 hex digits)."));
    }

    private static JsonNode json(byte[] content, String what) {
        try {
            JsonNode json = JSON.readTree(content);
            if (json == null || !json.isContainerNode()) {
                throw ImageRefusal.invalid(what + " is not JSON.");
            }
            return json;
        } catch (IOException broken) {
            throw ImageRefusal.invalid(what + " is not JSON.", broken);
        }
    }
}
