package im.backend.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubernetes.client.common.KubernetesObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What each request means for the objects; knows nothing of sockets. */
final class FakeApi {
    static final ObjectMapper JSON = new ObjectMapper();

    private static final Map<String, Kind<?>> KINDS = Stream.of(
                    Kind.NAMESPACE,
                    Kind.NODE,
                    Kind.PERSISTENT_VOLUME,
                    Kind.STORAGE_CLASS,
                    Kind.PERSISTENT_VOLUME_CLAIM,
                    Kind.POD,
                    Kind.SERVICE,
                    Kind.SECRET,
                    Kind.CONFIG_MAP,
                    Kind.EVENT,
                    Kind.SERVICE_ACCOUNT,
                    Kind.RESOURCE_QUOTA,
                    Kind.LIMIT_RANGE,
                    Kind.DEPLOYMENT,
                    Kind.REPLICA_SET,
                    Kind.JOB,
                    Kind.CRON_JOB,
                    Kind.INGRESS,
                    Kind.NETWORK_POLICY,
                    Kind.DISRUPTION_BUDGET,
                    Kind.LEASE,
                    Kind.AUTOSCALER,
                    custom("cert-manager.io", "Certificate", "certificates"),
                    custom("cert-manager.io", "CertificateRequest", "certificaterequests"),
                    custom("acme.cert-manager.io", "Challenge", "challenges"))
            .collect(Collectors.toMap(kind -> kind.apiVersion() + "/" + kind.plural(), Function.identity()));

    /**
     * What a path names.
     *
     * @param key without a name for all of a kind
     * @param part as {@code status}, {@code log}, {@code exec}; empty for the object itself
     */
    record Target(ObjectKey key, String part) {
        boolean isCollection() {
            return key.name().isEmpty();
        }
    }

    /** @param created whether there was none before */
    record Answer(ObjectNode body, boolean created) {
        Answer(ObjectNode body) {
            this(body, false);
        }
    }

    private final ObjectStore store;
    private final Admission admission;
    private final Patches patches = new Patches();

    FakeApi(ObjectStore store, FakeNetwork network) {
        this.store = store;
        this.admission = new Admission(store, network);
    }

    private static Kind<KubernetesObject> custom(String group, String name, String plural) {
        return new Kind<>(KubernetesObject.class, group, "v1", name, plural, Kind.Reach.NAMESPACE);
    }

    static Target target(String path) {
        List<String> parts = List.of(path.substring(1).split("/"));
        int at = parts.getFirst().equals("api") ? 2 : 3;
        if (parts.size() <= at) {
            throw ApiError.noSuchPath(path);
        }
        String version = String.join("/", parts.subList(1, at));
        String namespace = "";
        if (parts.get(at).equals("namespaces")
                && parts.size() > at + 2
                && !List.of("status", "finalize").contains(parts.get(at + 2))) {
            namespace = parts.get(at + 1);
            at += 2;
        }
        Kind<?> kind = KINDS.get(version + "/" + parts.get(at));
        if (kind == null) {
            throw ApiError.noSuchPath(path);
        }
        String name = parts.size() > at + 1 ? parts.get(at + 1) : "";
        return new Target(new ObjectKey(kind, namespace, name), parts.size() > at + 2 ? parts.get(at + 2) : "");
    }

    ObjectNode get(Target target) {
        return store.get(target.key()).orElseThrow(() -> ApiError.notFound(target.key()));
    }

    /** The version to go on from is in the token, as in a real one. */
    ObjectNode list(Target target, Selectors selectors, int limit, String token) {
        long version = store.version();
        String from = "";
        if (!token.isEmpty()) {
            String[] parts = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8).split(" ");
            version = Long.parseLong(parts[0]);
            from = parts[1];
            store.since(version);
        }
        ObjectNode list = JSON.createObjectNode();
        list.put("kind", target.key().kind().name() + "List")
                .put("apiVersion", target.key().kind().apiVersion());
        ObjectNode metadata = list.putObject("metadata");
        ArrayNode items = list.putArray("items");
        String last = "";
        for (Map.Entry<ObjectKey, ObjectNode> each :
                store.list(target.key().kind(), target.key().namespace())) {
            String at = each.getKey().namespace() + "/" + each.getKey().name();
            if (at.compareTo(from) <= 0 && !from.isEmpty() || !selectors.select(each.getValue())) {
                continue;
            }
            if (limit > 0 && items.size() == limit) {
                metadata.put(
                        "continue",
                        Base64.getUrlEncoder().encodeToString((version + " " + last).getBytes(StandardCharsets.UTF_8)));
                break;
            }
            ObjectNode item = each.getValue();
            item.remove(List.of("kind", "apiVersion"));
            items.add(item);
            last = at;
        }
        metadata.put("resourceVersion", Long.toString(version));
        return list;
    }

    Answer create(Target target, byte[] body, boolean dryRun) {
        ObjectNode object = parse(body);
        ObjectNode metadata = object.withObjectProperty("metadata");
        String name = metadata.path("name").asText("");
        if (name.isEmpty()) {
            name = metadata.path("generateName").asText("") + Long.toString(System.nanoTime() & 0xfffff, 36);
        }
        ObjectKey key = new ObjectKey(target.key().kind(), target.key().namespace(), name);
        return new Answer(create(key, object, dryRun), true);
    }

    /** For the controllers too, which are callers like any other. */
    ObjectNode create(ObjectKey key, ObjectNode object, boolean dryRun) {
        synchronized (store) {
            ObjectNode admitted = object.deepCopy();
            admission.create(key, admitted);
            if (store.get(key).isPresent()) {
                throw ApiError.exists(key);
            }
            return dryRun ? admitted : store.create(key, admitted);
        }
    }

    Answer replace(Target target, byte[] body, boolean dryRun) {
        synchronized (store) {
            ObjectNode now = get(target);
            ObjectNode object = parse(body);
            ObjectNode wanted = part(target, now, object);
            admission.change(target.key(), now, wanted);
            return new Answer(dryRun ? wanted : store.replace(target.key(), wanted));
        }
    }

    Answer patch(Target target, byte[] body, String type, String manager, boolean force, boolean dryRun) {
        synchronized (store) {
            return switch (type) {
                case "application/apply-patch+yaml" -> apply(target, parse(body), manager, force, dryRun);
                case "application/merge-patch+json" -> {
                    ObjectNode now = get(target);
                    ObjectNode wanted = now.deepCopy();
                    Patches.merge(wanted, parse(body));
                    ObjectNode whole = part(target, now, wanted);
                    admission.change(target.key(), now, whole);
                    yield new Answer(dryRun ? whole : store.replace(target.key(), whole));
                }
                default -> throw ApiError.badRequest("the body of the request was in an unknown format: " + type);
            };
        }
    }

    private Answer apply(Target target, ObjectNode wanted, String manager, boolean force, boolean dryRun) {
        if (manager.isEmpty()) {
            throw ApiError.badRequest("PatchOptions.meta.k8s.io is invalid: fieldManager: Required value");
        }
        ObjectKey key = target.key();
        if (!wanted.at("/metadata/name").asText(key.name()).equals(key.name())) {
            throw ApiError.badRequest("the name of the object does not match the name on the URL");
        }
        if (!wanted.path("kind").asText().equals(key.kind().name())) {
            throw ApiError.badRequest("invalid object type: " + wanted.path("kind"));
        }
        Optional<ObjectNode> now = store.get(key);
        if (wanted.has("stringData") || wanted.has("data")) {
            // Stored as data, so what is compared is data as well.
            admission.create(key, wanted);
        }
        ObjectNode object = patches.apply(key, now, wanted, manager, force);
        if (now.isEmpty()) {
            return new Answer(create(key, object, dryRun), true);
        }
        admission.change(key, now.get(), object);
        return new Answer(dryRun ? object : store.replace(key, object));
    }

    ObjectNode delete(Target target, byte[] body) {
        synchronized (store) {
            ObjectNode object = get(target);
            JsonNode options = body.length == 0 ? JSON.createObjectNode() : parse(body);
            String uid = options.at("/preconditions/uid").asText("");
            if (!uid.isEmpty() && !uid.equals(object.at("/metadata/uid").asText())) {
                throw ApiError.conflict(
                        target.key(),
                        "the UID in the precondition (" + uid + ") does not match the UID in record ("
                                + object.at("/metadata/uid").asText()
                                + "). The object might have been deleted and then recreated");
            }
            long grace = options.path("gracePeriodSeconds")
                    .asLong(object.at("/spec/terminationGracePeriodSeconds").asLong(30));
            boolean foreground = options.path("propagationPolicy").asText("").equals("Foreground")
                    && target.key().kind() != Kind.NAMESPACE
                    && target.key().kind() != Kind.POD;
            store.delete(target.key(), foreground, grace);
            return status(200, "Success", "", "");
        }
    }

    static ObjectNode status(int code, String status, String reason, String message) {
        return JSON.createObjectNode()
                .put("kind", "Status")
                .put("apiVersion", "v1")
                .put("status", status)
                .put("reason", reason)
                .put("message", message)
                .put("code", code);
    }

    static ObjectNode status(ApiError error) {
        return status(error.code, "Failure", error.reason, String.valueOf(error.getMessage()));
    }

    /** A request about a part changes only that, and one about the whole does not change the status. */
    private static ObjectNode part(Target target, ObjectNode now, ObjectNode wanted) {
        ObjectNode whole;
        if (target.part().equals("status")) {
            whole = now.deepCopy();
            whole.set("status", wanted.path("status"));
            whole.withObjectProperty("metadata").set("resourceVersion", wanted.at("/metadata/resourceVersion"));
            if (wanted.at("/metadata/resourceVersion").isMissingNode()) {
                whole.withObjectProperty("metadata").remove("resourceVersion");
            }
        } else {
            whole = wanted.deepCopy();
            whole.remove("status");
            if (now.has("status")) {
                whole.set("status", now.get("status"));
            }
        }
        return whole;
    }

    private static ObjectNode parse(byte[] body) {
        try {
            return (ObjectNode) JSON.readTree(new String(body, StandardCharsets.UTF_8));
        } catch (JsonProcessingException | ClassCastException unreadable) {
            throw ApiError.badRequest("the body could not be decoded: " + unreadable.getMessage());
        }
    }
}
