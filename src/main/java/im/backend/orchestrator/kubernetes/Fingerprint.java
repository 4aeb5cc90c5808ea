package im.backend.orchestrator.kubernetes;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import im.backend.cluster.Kind;
import im.backend.cluster.ObjectJson;
import io.kubernetes.client.common.KubernetesObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * What an object was asked to be, in a few bytes: its labels and content without status, versions and annotations, in which
 * controllers write. Two looks at an object that nobody has changed give the same, and no secret can be read from it.
 */
record Fingerprint(String value) {
    private static final List<String> CONTENT = List.of("spec", "data", "type");

    /** @param replicas whether their number is asked for, or an autoscaler's business */
    static <T extends KubernetesObject> Fingerprint of(Kind<T> kind, T object, Replicas replicas) {
        JsonObject json = ObjectJson.json(kind, object);
        JsonObject meant = new JsonObject();
        meant.add("labels", json.getAsJsonObject("metadata").get("labels"));
        CONTENT.forEach(name -> meant.add(name, json.get(name)));
        if (replicas == Replicas.AUTOSCALED && meant.get("spec") instanceof JsonObject spec) {
            spec.remove("replicas");
        }
        StringBuilder text = new StringBuilder();
        write(meant, text);
        return new Fingerprint(digest(text.toString()));
    }

    enum Replicas {
        ASKED_FOR,
        AUTOSCALED
    }

    /** Names in their order, because maps come in any. */
    private static void write(JsonElement element, StringBuilder text) {
        switch (element) {
            case JsonObject object -> {
                text.append('{');
                object.keySet().stream().sorted().forEach(name -> {
                    text.append('"').append(name).append("\":");
                    write(object.get(name), text);
                    text.append(',');
                });
                text.append('}');
            }
            case JsonArray array -> {
                text.append('[');
                array.forEach(item -> {
                    write(item, text);
                    text.append(',');
                });
                text.append(']');
            }
            case null -> text.append("null");
            default -> text.append(element);
        }
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
