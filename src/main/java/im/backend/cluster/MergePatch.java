package im.backend.cluster;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;

/** Fields of an object as they shall be; all others stay as they are (JSON merge patch, RFC 7396). */
public final class MergePatch {
    private final JsonObject object = new JsonObject();

    /** @param path names from the outside in, as {@code spec}, {@code replicas} */
    public MergePatch set(String value, String... path) {
        return put(new JsonPrimitive(value), path);
    }

    public MergePatch set(int value, String... path) {
        return put(new JsonPrimitive(value), path);
    }

    public MergePatch remove(String... path) {
        return put(JsonNull.INSTANCE, path);
    }

    JsonObject json() {
        return object;
    }

    private MergePatch put(JsonElement value, String... path) {
        JsonObject at = object;
        for (int level = 0; level < path.length - 1; level++) {
            if (!at.has(path[level])) {
                at.add(path[level], new JsonObject());
            }
            at = at.getAsJsonObject(path[level]);
        }
        at.add(path[path.length - 1], value);
        return this;
    }
}
