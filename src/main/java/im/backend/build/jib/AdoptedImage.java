package im.backend.build.jib;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.build.BuildRequest;
import im.backend.build.BuiltLayout;
import im.backend.build.jib.layer.LayerFolder;
import im.backend.build.jib.layer.PlacedLayer;
import im.backend.build.jib.layer.StoredLayer;
import im.backend.domain.Command;
import im.backend.domain.Digest;
import im.backend.domain.StartPlan;
import im.backend.problem.Problem;
import im.backend.registry.StoredBlob;
import im.backend.registry.StoredManifest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * An image that another builder made. Its layers are kept byte for byte; its configuration gets the labels that a release
 * needs, so that it is started, rolled back and exported as every other image.
 */
final class AdoptedImage {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int DOCUMENT_BYTES_MAX = 4 << 20;
    private static final Pattern ENVIRONMENT_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*");

    private final ImageRepository repository;
    private final StartPlan plan;
    private final Path blobs;
    private final Path index;
    private final Set<String> named = new HashSet<>();

    /** @param repository takes the image in */
    AdoptedImage(ImageRepository repository, BuiltLayout built) {
        this.repository = repository;
        this.plan = built.start();
        this.blobs = built.folder().resolve("blobs").resolve("sha256");
        this.index = built.folder().resolve("index.json");
    }

    /** Fails with StageFailed {@code detection-failed} when nothing says how the image is started. */
    ImageAssembly.Assembled adopt(BuildRequest request) throws IOException {
        ObjectNode manifest = document(digest(read(index).path("manifests").path(0)));
        ObjectNode configuration = document(digest(manifest.path("config")));
        StartPlan start = start(configuration.path("config"));
        List<PlacedLayer> layers = new ArrayList<>();
        JsonNode diffIds = configuration.path("rootfs").path("diff_ids");
        for (JsonNode layer : manifest.path("layers")) {
            Digest diffId = new Digest(diffIds.path(layers.size()).asText());
            layers.add(new PlacedLayer(take(digest(layer), diffId), LayerFolder.ROOT));
        }
        ImageLabels labels = new ImageLabels(
                start,
                layers.stream().map(PlacedLayer::path).toList(),
                ImageConfiguration.volumes(request),
                Optional.empty());
        ImageConfiguration described = new ImageConfiguration(request, labels, Optional.empty(), List.of());
        label(configuration, described);
        StoredBlob written = repository.store(JSON.writeValueAsBytes(configuration));
        ((ObjectNode) manifest.path("config"))
                .put("digest", written.digest().value())
                .put("size", written.sizeBytes());
        ObjectNode annotations = manifest.withObjectProperty("annotations");
        described.annotations().forEach(annotations::put);
        StoredManifest image = repository.put(JSON.writeValueAsBytes(manifest));
        removeUnnamed();
        return new ImageAssembly.Assembled(image, layers, labels);
    }

    /** The manifest of the app wins over the image, where both say how it is started. */
    private StartPlan start(JsonNode config) {
        SortedMap<String, Command> processes = new TreeMap<>(plan.processes());
        List<String> command = new ArrayList<>();
        config.path("Entrypoint").forEach(word -> command.add(word.asText()));
        config.path("Cmd").forEach(word -> command.add(word.asText()));
        if (!command.isEmpty()) {
            processes.putIfAbsent(StartPlan.WEB, Command.literal(command));
        }
        if (processes.isEmpty()) {
            throw new Problem.StageFailed(
                            "detection-failed",
                            "The image has neither ENTRYPOINT nor CMD, so nothing says how it is started.",
                            "Add a CMD line to the Dockerfile, or entrypoint: to backend.yml.",
                            List.of())
                    .asException();
        }
        SortedMap<String, String> environment = new TreeMap<>();
        for (JsonNode entry : config.path("Env")) {
            String[] parts = entry.asText().split("=", 2);
            if (parts.length == 2 && ENVIRONMENT_NAME.matcher(parts[0]).matches()) {
                environment.put(parts[0], parts[1]);
            }
        }
        String folder = config.path("WorkingDir").asText();
        return new StartPlan(
                plan.runtime(),
                processes,
                plan.release(),
                environment,
                folder.startsWith(LayerFolder.ROOT) ? folder : LayerFolder.ROOT);
    }

    private static void label(ObjectNode configuration, ImageConfiguration described) {
        BuildRequest request = described.request();
        configuration.put("created", request.tree().committedAt().toString());
        ObjectNode labels = configuration.withObjectProperty("config").withObjectProperty("Labels");
        described.labels().toMap().forEach(labels::put);
        described.annotations().forEach(labels::put);
        labels.put("im.backend.project", request.project().value());
        labels.put("im.backend.tree", request.tree().treeHash());
    }

    /** A layer that is here already is not read again. */
    private StoredLayer take(Digest digest, Digest diffId) throws IOException {
        Path blob = blobs.resolve(digest.hex());
        boolean known = repository.has(digest);
        if (!known && !repository.write(out -> Files.copy(blob, out)).digest().equals(digest)) {
            throw new IOException("layer " + digest + " of the builder is not what its name says");
        }
        return new StoredLayer(digest, diffId, Files.size(blob), known);
    }

    private Digest digest(JsonNode descriptor) {
        Digest digest = new Digest(descriptor.path("digest").asText());
        named.add(digest.hex());
        return digest;
    }

    private ObjectNode document(Digest digest) throws IOException {
        return read(blobs.resolve(digest.hex()));
    }

    private static ObjectNode read(Path file) throws IOException {
        if (Files.size(file) <= DOCUMENT_BYTES_MAX
                && JSON.readTree(Files.readAllBytes(file)) instanceof ObjectNode document) {
            return document;
        }
        throw new IOException(file + " of the builder is no document of at most " + DOCUMENT_BYTES_MAX + " bytes");
    }

    /** The builder only ever adds to its export; what this image does not name was for an earlier one. */
    private void removeUnnamed() throws IOException {
        try (DirectoryStream<Path> there = Files.newDirectoryStream(blobs)) {
            for (Path blob : there) {
                if (!named.contains(blob.getFileName().toString())) {
                    Files.deleteIfExists(blob);
                }
            }
        }
    }
}
