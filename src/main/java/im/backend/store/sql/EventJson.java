package im.backend.store.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.domain.DeploymentEvent;
import im.backend.domain.DeploymentStatus;
import im.backend.domain.ReleaseVersion;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** An event's stored form; {@code type} tells the record. */
final class EventJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private EventJson() {}

    static String text(JsonNode json) {
        return json.toString();
    }

    static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException failure) {
            throw new IllegalStateException("a stored value is not JSON", failure);
        }
    }

    static ObjectNode write(DeploymentEvent event) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        switch (event) {
            case DeploymentEvent.Entered(var status, var logs) -> {
                json.put("type", "entered").put("status", status.wireName());
                lines(json, "logs", logs);
            }
            case DeploymentEvent.Output(var output) -> {
                json.put("type", "output");
                lines(json, "lines", output);
            }
            case DeploymentEvent.Resumed(var attempt) ->
                json.put("type", "resumed").put("attempt", attempt);
            case DeploymentEvent.Completed(var version, var url, var logs) -> {
                json.put("type", "completed").put("version", version.number()).put("url", url.toString());
                lines(json, "logs", logs);
            }
            case DeploymentEvent.Failed(var stage, var code, var detail, var fix, var evidence) -> {
                json.put("type", "failed")
                        .put("stage", stage.wireName())
                        .put("code", code)
                        .put("detail", detail)
                        .put("fix", fix);
                lines(json, "evidence", evidence);
            }
        }
        return json;
    }

    static DeploymentEvent read(JsonNode json) {
        String type = json.path("type").asText();
        return switch (type) {
            case "entered" -> new DeploymentEvent.Entered(status(json, "status"), lines(json, "logs"));
            case "output" -> new DeploymentEvent.Output(lines(json, "lines"));
            case "resumed" -> new DeploymentEvent.Resumed(json.path("attempt").asInt());
            case "completed" ->
                new DeploymentEvent.Completed(
                        new ReleaseVersion(json.path("version").asInt()),
                        URI.create(json.path("url").asText()),
                        lines(json, "logs"));
            case "failed" -> failed(json);
            default -> throw new IllegalStateException("a stored event has the unknown type " + type);
        };
    }

    static DeploymentEvent.Failed failed(JsonNode json) {
        return new DeploymentEvent.Failed(
                status(json, "stage"),
                json.path("code").asText(),
                json.path("detail").asText(),
                json.path("fix").asText(),
                lines(json, "evidence"));
    }

    private static DeploymentStatus status(JsonNode json, String field) {
        return DeploymentStatus.ofWireName(json.path(field).asText());
    }

    private static void lines(ObjectNode json, String field, List<String> lines) {
        ArrayNode array = json.putArray(field);
        lines.forEach(array::add);
    }

    private static List<String> lines(JsonNode json, String field) {
        List<String> lines = new ArrayList<>();
        json.path(field).forEach(line -> lines.add(line.asText()));
        return lines;
    }
}
