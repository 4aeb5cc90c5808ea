package im.backend.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * The objects of the fake cluster, with versions and history. What is handed out and taken in are copies. Rules that hold for
 * every kind are here: uid, generation, finalizers, optimistic locks.
 */
public final class ObjectStore {
    /** @param before as it was, for selectors that no longer hold */
    public record Event(long version, String type, ObjectKey key, ObjectNode object, Optional<ObjectNode> before) {}

    static final String FOREGROUND = "foregroundDeletion";

    private final Clock schedules;
    private final TreeMap<ObjectKey, ObjectNode> objects = new TreeMap<>();
    private final List<Event> history = new ArrayList<>();
    private long version = 1000;
    private long forgotten = 0;

    /** @param schedules what CronJobs are made by, since they run by it; all else goes by the machine's time */
    ObjectStore(Clock schedules) {
        this.schedules = schedules;
    }

    public synchronized long version() {
        return version;
    }

    /** As etcd does when it compacts: watches and lists from before are told 410. */
    public synchronized void forgetHistory() {
        version++;
        forgotten = version;
        history.clear();
    }

    public synchronized Optional<ObjectNode> get(ObjectKey key) {
        return Optional.ofNullable(objects.get(key)).map(ObjectNode::deepCopy);
    }

    public synchronized List<Map.Entry<ObjectKey, ObjectNode>> list(Kind<?> kind, String namespace) {
        return objects.entrySet().stream()
                .filter(entry -> entry.getKey().isOf(kind)
                        && (namespace.isEmpty() || entry.getKey().namespace().equals(namespace)))
                .map(entry -> Map.entry(entry.getKey(), entry.getValue().deepCopy()))
                .toList();
    }

    public synchronized List<Map.Entry<ObjectKey, ObjectNode>> all() {
        return objects.entrySet().stream()
                .map(entry -> Map.entry(entry.getKey(), entry.getValue().deepCopy()))
                .toList();
    }

    public synchronized ObjectNode create(ObjectKey key, ObjectNode object) {
        if (objects.containsKey(key)) {
            throw ApiError.exists(key);
        }
        ObjectNode made = object.deepCopy();
        made.put("apiVersion", key.kind().apiVersion()).put("kind", key.kind().name());
        ObjectNode metadata = made.withObjectProperty("metadata");
        metadata.put("name", key.name());
        if (!key.namespace().isEmpty()) {
            metadata.put("namespace", key.namespace());
        }
        metadata.put("uid", UUID.randomUUID().toString())
                .put("creationTimestamp", key.kind() == Kind.CRON_JOB ? seconds(schedules.instant()) : now())
                .put("generation", 1L);
        return put("ADDED", key, made, Optional.empty());
    }

    /** Fails with a conflict when {@code object} names a version that is not the present one. */
    public synchronized ObjectNode replace(ObjectKey key, ObjectNode object) {
        ObjectNode before = objects.get(key);
        if (before == null) {
            throw ApiError.notFound(key);
        }
        String wanted = object.at("/metadata/resourceVersion").asText("");
        if (!wanted.isEmpty()
                && !wanted.equals(before.at("/metadata/resourceVersion").asText())) {
            throw ApiError.conflict(
                    key, "the object has been modified; please apply your changes to the latest version and try again");
        }
        ObjectNode after = object.deepCopy();
        ObjectNode metadata = after.withObjectProperty("metadata");
        for (String kept : List.of(
                "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion")) {
            JsonNode value = before.get("metadata").get(kept);
            if (value == null) {
                metadata.remove(kept);
            } else {
                metadata.set(kept, value);
            }
        }
        long generation = before.at("/metadata/generation").asLong(1);
        metadata.put("generation", after.path("spec").equals(before.path("spec")) ? generation : generation + 1);
        after.put("apiVersion", key.kind().apiVersion()).put("kind", key.kind().name());
        if (after.equals(before)) {
            return after;
        }
        if (metadata.has("deletionTimestamp")
                && after.at("/metadata/finalizers").isEmpty()
                && !lingers(key)) {
            remove(key, after);
            return after;
        }
        return put("MODIFIED", key, after, Optional.of(before));
    }

    public synchronized ObjectNode change(ObjectKey key, UnaryOperator<ObjectNode> change) {
        ObjectNode now = get(key).orElseThrow(() -> ApiError.notFound(key));
        return replace(key, change.apply(now));
    }

    /** Marks it when something holds it, else removes it. */
    public synchronized void delete(ObjectKey key, boolean foreground, long graceSeconds) {
        ObjectNode object = get(key).orElseThrow(() -> ApiError.notFound(key));
        if (object.at("/metadata/deletionTimestamp").isTextual()) {
            return;
        }
        ObjectNode metadata = object.withObjectProperty("metadata");
        if (foreground) {
            metadata.withArrayProperty("finalizers").add(FOREGROUND);
        }
        if (object.at("/metadata/finalizers").isEmpty() && !lingers(key)) {
            remove(key, object);
            return;
        }
        metadata.put("deletionTimestamp", now()).put("deletionGracePeriodSeconds", graceSeconds);
        if (key.kind() == Kind.NAMESPACE) {
            object.withObjectProperty("status").put("phase", "Terminating");
        }
        put("MODIFIED", key, object, Optional.ofNullable(objects.get(key)));
    }

    /** For good, whatever holds it. */
    public synchronized void remove(ObjectKey key) {
        Optional.ofNullable(objects.get(key)).ifPresent(object -> remove(key, object));
    }

    public synchronized List<Event> since(long seen) {
        if (seen < forgotten) {
            throw ApiError.expired("too old resource version: " + seen + " (" + version + ")");
        }
        return history.stream().filter(event -> event.version() > seen).toList();
    }

    /** Returns at a change or after the time. */
    public synchronized void await(long seen, long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        for (long left = millis; version == seen && left > 0; left = (deadline - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }

    public static String now() {
        return seconds(Instant.now());
    }

    private static String seconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** Goes only when its contents or its processes are gone; the controllers see to that. */
    private boolean lingers(ObjectKey key) {
        return key.kind() == Kind.NAMESPACE || key.kind() == Kind.POD;
    }

    private void remove(ObjectKey key, ObjectNode object) {
        objects.remove(key);
        version++;
        object.withObjectProperty("metadata").put("resourceVersion", Long.toString(version));
        history.add(new Event(version, "DELETED", key, object, Optional.empty()));
        notifyAll();
    }

    private ObjectNode put(String type, ObjectKey key, ObjectNode object, Optional<ObjectNode> before) {
        version++;
        object.withObjectProperty("metadata").put("resourceVersion", Long.toString(version));
        objects.put(key, object);
        history.add(new Event(version, type, key, object.deepCopy(), before));
        notifyAll();
        return object.deepCopy();
    }
}
