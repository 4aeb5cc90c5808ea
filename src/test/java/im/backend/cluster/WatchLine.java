package im.backend.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** One line of a watch. */
final class WatchLine {
    private WatchLine() {}

    /** Empty when the watch does not cover the event. What stops being selected is as good as gone. */
    static Optional<ObjectNode> of(ObjectStore.Event event, ObjectKey watched, Selectors selectors) {
        boolean covered = event.key().kind() == watched.kind()
                && (watched.namespace().isEmpty()
                        || watched.namespace().equals(event.key().namespace()));
        if (!covered) {
            return Optional.empty();
        }
        boolean now = selectors.select(event.object());
        boolean before = event.before().map(selectors::select).orElse(false);
        if (event.type().equals("DELETED")) {
            return now ? Optional.of(line("DELETED", event.object())) : Optional.empty();
        }
        if (now) {
            return Optional.of(line(before ? "MODIFIED" : "ADDED", event.object()));
        }
        return before ? Optional.of(line("DELETED", event.object())) : Optional.empty();
    }

    static ObjectNode bookmark(Kind<?> kind, long version) {
        ObjectNode object =
                FakeApi.JSON.createObjectNode().put("kind", kind.name()).put("apiVersion", kind.apiVersion());
        object.putObject("metadata").put("resourceVersion", Long.toString(version));
        return line("BOOKMARK", object);
    }

    static ObjectNode error(ApiError error) {
        return line("ERROR", FakeApi.status(error));
    }

    private static ObjectNode line(String type, ObjectNode object) {
        ObjectNode line = FakeApi.JSON.createObjectNode().put("type", type);
        line.set("object", object);
        return line;
    }
}
