package im.backend.cluster;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request to the API server.
 *
 * @param what is tried, for people
 * @param contentType of the body; empty without one
 */
record Call(
        String what,
        String method,
        String path,
        Map<String, String> query,
        String contentType,
        byte @Nullable [] body) {
    static final String JSON = "application/json";

    static Call get(String what, String path) {
        return new Call(what, "GET", path, Map.of(), "", null);
    }

    static Call of(String what, String method, String path, String contentType, byte[] body) {
        return new Call(what, method, path, Map.of(), contentType, body);
    }

    /** Leaves out what is empty. */
    Call with(String name, String value) {
        if (value.isEmpty()) {
            return this;
        }
        Map<String, String> more = new LinkedHashMap<>(query);
        more.put(name, value);
        return new Call(what, method, path, more, contentType, body);
    }
}
