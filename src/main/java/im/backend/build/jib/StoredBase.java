package im.backend.build.jib;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import im.backend.build.ImageBase;
import im.backend.domain.Digest;
import im.backend.registry.BlobStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an image takes over from its base. The base was verified when it came into the registry.
 *
 * @param layers from the lowest up
 * @param history as it stands in the base's configuration; empty when it does not fit the layers
 */
record StoredBase(
        ImageBase image,
        List<LayerDescriptor> layers,
        SortedMap<String, String> environment,
        SortedMap<String, String> labels,
        List<String> history) {
    private static final String ZSTD = "zstd";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    StoredBase {
        layers = List.copyOf(layers);
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
        history = List.copyOf(history);
    }

    static StoredBase read(BlobStore blobs, ImageBase image) throws IOException {
        JsonNode manifest = JSON.readTree(StoredImage.bytes(blobs, image.digest()));
        Digest named = new Digest(manifest.path("config").path("digest").asText());
        JsonNode configuration = JSON.readTree(StoredImage.bytes(blobs, named));
        List<LayerDescriptor> layers = new ArrayList<>();
        int at = 0;
        for (JsonNode layer : manifest.path("layers")) {
            layers.add(new LayerDescriptor(
                    layer.path("mediaType").asText().contains(ZSTD) ? LayerDescriptor.ZSTD : LayerDescriptor.GZIP,
                    new Digest(layer.path("digest").asText()),
                    new Digest(configuration
                            .path("rootfs")
                            .path("diff_ids")
                            .path(at++)
                            .asText()),
                    layer.path("size").asLong()));
        }
        SortedMap<String, String> environment = new TreeMap<>();
        for (JsonNode variable : configuration.path("config").path("Env")) {
            String[] nameAndValue = variable.asText().split("=", 2);
            environment.put(nameAndValue[0], nameAndValue.length > 1 ? nameAndValue[1] : "");
        }
        SortedMap<String, String> labels = new TreeMap<>();
        configuration
                .path("config")
                .path("Labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        return new StoredBase(image, layers, environment, labels, history(configuration, layers.size()));
    }

    private static List<String> history(JsonNode configuration, int layers) {
        List<String> entries = new ArrayList<>();
        int withLayer = 0;
        for (JsonNode entry : configuration.path("history")) {
            withLayer += entry.path("empty_layer").asBoolean() ? 0 : 1;
            entries.add(entry.toString());
        }
        return withLayer == layers ? entries : List.of();
    }
}
