package im.backend.build.jib;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.domain.Command;
import im.backend.domain.Digest;
import im.backend.domain.RuntimeSpec;
import im.backend.domain.StartPlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an image has to say beyond the OCI configuration, as labels: how each process is started, and where each layer
 * belongs. With it an image is all that a release needs, on this host or another.
 *
 * @param mountPoints where storage goes in an image that is a system of its own; elsewhere the layers' paths say it
 * @param sbom the blob with the bill of materials; older images have none
 */
record ImageLabels(StartPlan start, List<String> layerPaths, List<String> mountPoints, Optional<Digest> sbom) {
    static final String START = "im.backend.start";
    static final String LAYER_PATHS = "im.backend.layer-paths";
    static final String MOUNT_POINTS = "im.backend.mount-points";
    static final String SBOM = "im.backend.sbom";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    ImageLabels {
        layerPaths = List.copyOf(layerPaths);
        mountPoints = List.copyOf(mountPoints);
    }

    SortedMap<String, String> toMap() {
        SortedMap<String, String> labels = new TreeMap<>();
        labels.put(START, startJson().toString());
        labels.put(LAYER_PATHS, String.join(" ", layerPaths));
        if (!mountPoints.isEmpty()) {
            labels.put(MOUNT_POINTS, String.join(" ", mountPoints));
        }
        sbom.ifPresent(digest -> labels.put(SBOM, digest.value()));
        return labels;
    }

    /** @param configuration the OCI image configuration */
    static ImageLabels read(byte[] configuration) throws IOException {
        JsonNode labels = JSON.readTree(configuration).path("config").path("Labels");
        JsonNode start = JSON.readTree(labels.path(START).asText());
        SortedMap<String, Command> processes = new TreeMap<>();
        start.path("processes")
                .properties()
                .forEach(process -> processes.put(process.getKey(), command(process.getValue())));
        SortedMap<String, String> environment = new TreeMap<>();
        start.path("environment")
                .properties()
                .forEach(variable ->
                        environment.put(variable.getKey(), variable.getValue().asText()));
        return new ImageLabels(
                new StartPlan(
                        RuntimeSpec.parse(start.path("runtime").asText()),
                        processes,
                        Optional.ofNullable(start.get("release")).map(ImageLabels::command),
                        environment,
                        start.path("folder").asText(StartPlan.APP)),
                List.of(labels.path(LAYER_PATHS).asText().split(" ", -1)),
                labels.has(MOUNT_POINTS)
                        ? List.of(labels.path(MOUNT_POINTS).asText().split(" ", -1))
                        : List.of(),
                Optional.ofNullable(labels.get(SBOM)).map(JsonNode::asText).map(Digest::new));
    }

    private ObjectNode startJson() {
        ObjectNode json = JSON.createObjectNode();
        json.put("runtime", start.runtime().toString());
        json.put("folder", start.folder());
        ObjectNode processes = json.putObject("processes");
        start.processes().forEach((name, command) -> processes.set(name, json(command)));
        start.release().ifPresent(command -> json.set("release", json(command)));
        ObjectNode environment = json.putObject("environment");
        start.environment().forEach(environment::put);
        return json;
    }

    /** A command is kept as its words: the text of one that was made from a list can not be split again. */
    private static ObjectNode json(Command command) {
        ObjectNode json = JSON.createObjectNode();
        json.put("text", command.text());
        ArrayNode words = json.putArray("words");
        for (Command.Word word : command.words()) {
            ArrayNode parts = words.addArray();
            for (Command.Part part : word.parts()) {
                parts.addObject().put("text", part.text()).put("expand", part.expand());
            }
        }
        return json;
    }

    private static Command command(JsonNode json) {
        List<Command.Word> words = new ArrayList<>();
        for (JsonNode word : json.path("words")) {
            List<Command.Part> parts = new ArrayList<>();
            for (JsonNode part : word) {
                parts.add(new Command.Part(
                        part.path("text").asText(), part.path("expand").asBoolean()));
            }
            words.add(new Command.Word(parts));
        }
        return new Command(json.path("text").asText(), words);
    }
}
