package im.backend.build.jib;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.domain.Digest;
import im.backend.registry.StoredBlob;
import java.util.List;
import java.util.Map;

/** Manifests as the OCI image spec has them, byte for byte the same for the same content. Jib's own have no annotations. */
final class ManifestJson {
    static final String MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json";
    static final String EMPTY = "{}";
    private static final String CONFIGURATION = "application/vnd.oci.image.config.v1+json";
    private static final String EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private ManifestJson() {}

    static byte[] image(StoredBlob configuration, List<LayerDescriptor> layers, Map<String, String> annotations) {
        ObjectNode json = start();
        json.set("config", descriptor(CONFIGURATION, configuration));
        ArrayNode array = json.putArray("layers");
        for (LayerDescriptor layer : layers) {
            array.add(descriptor(layer.mediaType(), new StoredBlob(layer.digest(), layer.sizeBytes())));
        }
        annotate(json, annotations);
        return bytes(json);
    }

    /**
     * A document that is about an image (OCI image spec, "Guidelines for Artifact Usage").
     *
     * @param empty the blob {@link #EMPTY}, which stands where a configuration would
     * @param subject the image's manifest
     */
    static byte[] attachment(
            String type, StoredBlob empty, StoredBlob document, StoredBlob subject, Map<String, String> annotations) {
        ObjectNode json = start();
        json.put("artifactType", type);
        json.set("config", descriptor(EMPTY_TYPE, empty));
        json.putArray("layers").add(descriptor(type, document));
        json.set("subject", descriptor(MEDIA_TYPE, subject));
        annotate(json, annotations);
        return bytes(json);
    }

    private static ObjectNode start() {
        return JSON.createObjectNode().put("schemaVersion", 2).put("mediaType", MEDIA_TYPE);
    }

    private static ObjectNode descriptor(String mediaType, StoredBlob blob) {
        Digest digest = blob.digest();
        return JSON.createObjectNode()
                .put("mediaType", mediaType)
                .put("digest", digest.value())
                .put("size", blob.sizeBytes());
    }

    private static void annotate(ObjectNode json, Map<String, String> annotations) {
        ObjectNode node = json.putObject("annotations");
        annotations.forEach(node::put);
    }

    static byte[] bytes(ObjectNode json) {
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException neverOfATree) {
            throw new IllegalStateException(neverOfATree);
        }
    }
}
