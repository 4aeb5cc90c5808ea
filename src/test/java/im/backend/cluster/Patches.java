package im.backend.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Merge patches (RFC 7396) and server-side apply, with who set what. Guarded by the API's lock. */
final class Patches {
    /** What tells the items of a list apart; other lists are replaced as a whole. */
    private static final Map<String, List<String>> ITEM_KEYS = Map.of(
            "containers", List.of("name"),
            "initContainers", List.of("name"),
            "env", List.of("name"),
            "volumes", List.of("name"),
            "volumeMounts", List.of("mountPath"),
            "imagePullSecrets", List.of("name"),
            "ownerReferences", List.of("uid"),
            "ports", List.of("containerPort", "port", "protocol"));

    private final Map<ObjectKey, Map<String, ObjectNode>> applied = new HashMap<>();

    static void merge(ObjectNode target, ObjectNode change) {
        change.properties().forEach(field -> {
            if (field.getValue().isNull()) {
                target.remove(field.getKey());
            } else if (field.getValue() instanceof ObjectNode inner) {
                ObjectNode into = target.get(field.getKey()) instanceof ObjectNode there
                        ? there
                        : target.putObject(field.getKey());
                merge(into, inner);
            } else {
                target.set(field.getKey(), field.getValue());
            }
        });
    }

    /** @return the object as it shall be */
    ObjectNode apply(ObjectKey key, Optional<ObjectNode> now, ObjectNode wanted, String manager, boolean force) {
        Map<String, ObjectNode> managers = applied.computeIfAbsent(key, fresh -> new HashMap<>());
        if (now.isEmpty()) {
            managers.clear();
        }
        if (!force) {
            managers.forEach((other, its) -> {
                if (!other.equals(manager)) {
                    disputed(wanted, its, "").ifPresent(field -> {
                        throw ApiError.conflict(
                                key, "Apply failed with 1 conflict: conflict with \"" + other + "\": " + field);
                    });
                }
            });
        }
        ObjectNode result = now.map(ObjectNode::deepCopy).orElseGet(wanted::deepCopy);
        ObjectNode mine = managers.get(manager);
        if (now.isPresent()) {
            if (mine != null) {
                giveUp(result, mine, wanted);
            }
            set(result, wanted);
        }
        managers.put(manager, wanted.deepCopy());
        ArrayNode names = result.withObjectProperty("metadata").putArray("managedFields");
        managers.keySet().stream()
                .sorted()
                .forEach(name -> names.addObject()
                        .put("manager", name)
                        .put("operation", "Apply")
                        .put("apiVersion", key.kind().apiVersion())
                        .put("fieldsType", "FieldsV1")
                        .putObject("fieldsV1"));
        return result;
    }

    private static void set(ObjectNode target, ObjectNode wanted) {
        wanted.properties().forEach(field -> {
            JsonNode there = target.get(field.getKey());
            if (field.getValue() instanceof ObjectNode inner && there instanceof ObjectNode into) {
                set(into, inner);
            } else if (field.getValue() instanceof ArrayNode items
                    && there instanceof ArrayNode list
                    && ITEM_KEYS.containsKey(field.getKey())) {
                setItems(list, items, ITEM_KEYS.get(field.getKey()));
            } else {
                target.set(field.getKey(), field.getValue().deepCopy());
            }
        });
    }

    private static void setItems(ArrayNode list, ArrayNode items, List<String> keys) {
        for (JsonNode item : items) {
            Optional<ObjectNode> same = same(list, item, keys);
            if (same.isPresent()) {
                set(same.get(), (ObjectNode) item);
            } else {
                list.add(item.deepCopy());
            }
        }
    }

    /** Removes what the manager had set and no longer wants. */
    private static void giveUp(ObjectNode target, ObjectNode before, ObjectNode wanted) {
        before.properties().forEach(field -> {
            String name = field.getKey();
            JsonNode now = wanted.get(name);
            if (now == null) {
                target.remove(name);
            } else if (field.getValue() instanceof ObjectNode inner
                    && now instanceof ObjectNode still
                    && target.get(name) instanceof ObjectNode there) {
                giveUp(there, inner, still);
            } else if (field.getValue() instanceof ArrayNode items
                    && now instanceof ArrayNode still
                    && target.get(name) instanceof ArrayNode list
                    && ITEM_KEYS.containsKey(name)) {
                giveUpItems(list, items, still, ITEM_KEYS.get(name));
            }
        });
    }

    private static void giveUpItems(ArrayNode list, ArrayNode before, ArrayNode wanted, List<String> keys) {
        for (JsonNode item : before) {
            Optional<ObjectNode> still = same(wanted, item, keys);
            Optional<ObjectNode> there = same(list, item, keys);
            if (there.isEmpty()) {
                continue;
            }
            if (still.isPresent()) {
                giveUp(there.get(), (ObjectNode) item, still.get());
            } else {
                for (int at = 0; at < list.size(); at++) {
                    if (list.get(at) == there.get()) {
                        list.remove(at);
                        break;
                    }
                }
            }
        }
    }

    private static Optional<ObjectNode> same(ArrayNode list, JsonNode item, List<String> keys) {
        for (JsonNode candidate : list) {
            if (keys.stream().allMatch(key -> equal(candidate.path(key), item.path(key)))) {
                return Optional.of((ObjectNode) candidate);
            }
        }
        return Optional.empty();
    }

    private static boolean equal(JsonNode one, JsonNode other) {
        // A default, as protocol TCP, may be filled in on one side.
        return one.isMissingNode() || other.isMissingNode() || one.equals(other);
    }

    private static Optional<String> disputed(ObjectNode wanted, ObjectNode others, String path) {
        for (Map.Entry<String, JsonNode> field : wanted.properties()) {
            JsonNode other = others.get(field.getKey());
            String at = path + "." + field.getKey();
            if (other == null
                    || List.of(".apiVersion", ".kind", ".metadata.name", ".metadata.namespace")
                            .contains(at)) {
                continue;
            }
            if (field.getValue() instanceof ObjectNode inner && other instanceof ObjectNode theirs) {
                Optional<String> found = disputed(inner, theirs, at);
                if (found.isPresent()) {
                    return found;
                }
            } else if (!field.getValue().equals(other)) {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }
}
