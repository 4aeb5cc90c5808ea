package im.backend.cluster;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.JSON;
import java.io.Reader;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/**
 * Objects from and to JSON. Unlike the client's own reader this one passes over fields that it does not know: a cluster
 * newer than the client must not break the platform.
 */
public final class ObjectJson {
    private static final Gson GSON = JSON.createGson()
            .registerTypeAdapter(OffsetDateTime.class, new JSON.OffsetDateTimeTypeAdapter())
            .registerTypeAdapter(byte[].class, new JSON.ByteArrayAdapter())
            .disableHtmlEscaping()
            .create();

    private ObjectJson() {}

    static <T extends KubernetesObject> T object(Kind<T> kind, JsonElement json) {
        JsonObject named = json.getAsJsonObject();
        // Items of a list come without them.
        named.addProperty("apiVersion", kind.apiVersion());
        named.addProperty("kind", kind.name());
        return GSON.fromJson(named, kind.type());
    }

    static <T extends KubernetesObject> List<T> items(Kind<T> kind, JsonObject list) {
        List<T> items = new ArrayList<>();
        if (list.get("items") instanceof JsonArray array) {
            array.forEach(item -> items.add(object(kind, item)));
        }
        return items;
    }

    /** With kind and version, without what only the server may say. */
    public static <T extends KubernetesObject> JsonObject json(Kind<T> kind, T object) {
        JsonObject json = GSON.toJsonTree(object).getAsJsonObject();
        json.addProperty("apiVersion", kind.apiVersion());
        json.addProperty("kind", kind.name());
        json.remove("status");
        if (json.get("metadata") instanceof JsonObject metadata) {
            metadata.remove("managedFields");
        }
        return json;
    }

    /** Another one with the same fields: the client's models can be changed, and a list of them is somebody else's. */
    public static <T> T copy(T model, Class<T> type) {
        return GSON.fromJson(GSON.toJsonTree(model), type);
    }

    /** @throws JsonParseException when it is no JSON object */
    static JsonObject parse(Reader reader) {
        return checked(JsonParser.parseReader(reader));
    }

    static JsonObject parse(String text) {
        return checked(JsonParser.parseString(text));
    }

    /** Text at a path of names, or empty. */
    static String text(JsonObject json, String... path) {
        JsonElement at = json;
        for (String name : path) {
            at = at instanceof JsonObject object ? object.get(name) : null;
        }
        return at != null && at.isJsonPrimitive() ? at.getAsString() : "";
    }

    private static JsonObject checked(JsonElement element) {
        if (element instanceof JsonObject object) {
            return object;
        }
        throw new JsonParseException("no JSON object");
    }
}
