package im.backend.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/** What a real API server refuses and fills in, for the kinds that the platform uses. */
final class Admission {
    private static final Pattern SUBDOMAIN =
            Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
    private static final Pattern LABEL_VALUE = Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?");
    private static final List<Kind<?>> NAMED_AS_DNS_LABEL = List.of(Kind.NAMESPACE, Kind.SERVICE);
    private static final int LABEL_MAX = 63;

    private final ObjectStore store;
    private final FakeNetwork network;
    private final AtomicInteger services = new AtomicInteger();

    Admission(ObjectStore store, FakeNetwork network) {
        this.store = store;
        this.network = network;
    }

    void create(ObjectKey key, ObjectNode object) {
        if (!key.namespace().isEmpty()) {
            ObjectNode namespace = store.get(ObjectKey.namespace(key.namespace()))
                    .orElseThrow(() -> ApiError.notFound(ObjectKey.namespace(key.namespace())));
            if (namespace.at("/metadata/deletionTimestamp").isTextual()) {
                throw ApiError.forbidden(
                        key,
                        "unable to create new content in namespace " + key.namespace()
                                + " because it is being terminated");
            }
        }
        if (key.kind() == Kind.NAMESPACE) {
            object.withObjectProperty("status").put("phase", "Active");
            object.withObjectProperty("metadata")
                    .withObjectProperty("labels")
                    .put("kubernetes.io/metadata.name", key.name());
        }
        if (key.kind() == Kind.PERSISTENT_VOLUME_CLAIM) {
            object.withObjectProperty("status").put("phase", "Pending");
            object.withObjectProperty("metadata")
                    .withArrayProperty("finalizers")
                    .add("kubernetes.io/pvc-protection");
        }
        if (key.kind() == Kind.SERVICE && object.at("/spec/clusterIP").isMissingNode()) {
            int number = services.incrementAndGet();
            object.withObjectProperty("spec").put("clusterIP", network.service(number));
        }
        if (key.kind() == Kind.POD) {
            quota(key);
            object.withObjectProperty("status").put("phase", "Pending");
        }
        check(key, object);
    }

    void change(ObjectKey key, ObjectNode before, ObjectNode after) {
        check(key, after);
        Map<Kind<?>, String> fixed = Map.of(
                Kind.DEPLOYMENT, "/spec/selector",
                Kind.JOB, "/spec/template",
                Kind.PERSISTENT_VOLUME_CLAIM, "/spec/volumeName",
                Kind.POD, "/spec/containers/0/command");
        String path = fixed.get(key.kind());
        JsonNode was = path == null ? before : before.at(path);
        if (path != null && !was.isMissingNode() && !was.equals(after.at(path))) {
            throw ApiError.invalid(key, path.substring(1).replace('/', '.') + ": field is immutable");
        }
    }

    private void check(ObjectKey key, ObjectNode object) {
        Pattern names = NAMED_AS_DNS_LABEL.contains(key.kind()) ? LABEL : SUBDOMAIN;
        int max = NAMED_AS_DNS_LABEL.contains(key.kind()) ? LABEL_MAX : 253;
        if (key.name().length() > max || !names.matcher(key.name()).matches()) {
            throw ApiError.invalid(key, "metadata.name: Invalid value: \"" + key.name() + "\"");
        }
        labels(key, object.at("/metadata/labels"));
        if (key.kind() == Kind.SECRET) {
            secret(object);
        } else if (key.kind() == Kind.DEPLOYMENT || key.kind() == Kind.REPLICA_SET) {
            selected(key, object);
            pod(key, object.at("/spec/template/spec"));
            labels(key, object.at("/spec/template/metadata/labels"));
        } else if (key.kind() == Kind.JOB) {
            pod(key, object.at("/spec/template/spec"));
        } else if (key.kind() == Kind.POD) {
            pod(key, object.path("spec"));
            restricted(key, object.path("spec"));
        } else if (key.kind() == Kind.SERVICE) {
            ports(key, object.at("/spec/ports"));
        }
    }

    private void quota(ObjectKey pod) {
        int used = store.list(Kind.POD, pod.namespace()).size();
        store.list(Kind.RESOURCE_QUOTA, pod.namespace()).forEach(quota -> {
            JsonNode hard = quota.getValue().at("/spec/hard/pods");
            if (!hard.isMissingNode() && used >= hard.asInt()) {
                throw ApiError.forbidden(
                        pod,
                        "exceeded quota: " + quota.getKey().name() + ", requested: pods=1, used: pods=" + used
                                + ", limited: pods=" + hard.asInt());
            }
        });
    }

    private static void labels(ObjectKey key, JsonNode labels) {
        labels.properties().forEach(label -> {
            String value = label.getValue().asText();
            if (value.length() > LABEL_MAX || !LABEL_VALUE.matcher(value).matches()) {
                throw ApiError.invalid(key, "metadata.labels: Invalid value: \"" + value + "\"");
            }
        });
    }

    private static void ports(ObjectKey key, JsonNode ports) {
        if (ports.isEmpty()) {
            throw ApiError.invalid(key, "spec.ports: Required value");
        }
        List<String> names = ports.findValuesAsText("name");
        if (names.stream().distinct().count() < names.size()) {
            throw ApiError.invalid(key, "spec.ports[1].name: Duplicate value: \"" + names.getFirst() + "\"");
        }
    }

    private static void secret(ObjectNode object) {
        if (object.remove("stringData") instanceof ObjectNode plain) {
            ObjectNode data = object.withObjectProperty("data");
            plain.properties()
                    .forEach(field -> data.put(
                            field.getKey(),
                            Base64.getEncoder()
                                    .encodeToString(field.getValue().asText().getBytes(StandardCharsets.UTF_8))));
        }
    }

    private static void selected(ObjectKey key, ObjectNode object) {
        JsonNode selector = object.at("/spec/selector/matchLabels");
        JsonNode labels = object.at("/spec/template/metadata/labels");
        if (selector.isEmpty()
                || selector.properties().stream()
                        .anyMatch(term -> !term.getValue().equals(labels.path(term.getKey())))) {
            throw ApiError.invalid(
                    key, "spec.template.metadata.labels: Invalid value: `selector` does not match template `labels`");
        }
    }

    private static void pod(ObjectKey key, JsonNode spec) {
        if (spec.path("containers").isEmpty()) {
            throw ApiError.invalid(key, "spec.containers: Required value");
        }
        for (JsonNode container : spec.path("containers")) {
            if (container.path("name").asText("").isEmpty()
                    || container.path("image").asText("").isEmpty()) {
                throw ApiError.invalid(key, "spec.containers[0].image: Required value");
            }
            for (JsonNode mount : container.path("volumeMounts")) {
                boolean known = false;
                for (JsonNode volume : spec.path("volumes")) {
                    known |= volume.path("name").equals(mount.path("name"));
                }
                if (!known) {
                    throw ApiError.invalid(
                            key, "spec.containers[0].volumeMounts[0].name: Not found: " + mount.path("name"));
                }
            }
        }
    }

    /** Pod Security {@code restricted}, where the namespace asks for it. */
    private void restricted(ObjectKey key, JsonNode spec) {
        String level = store.get(ObjectKey.namespace(key.namespace()))
                .map(namespace -> namespace
                        .at("/metadata/labels")
                        .path("pod-security.kubernetes.io/enforce")
                        .asText(""))
                .orElse("");
        if (!level.equals("restricted")) {
            return;
        }
        List<String> faults = new ArrayList<>();
        JsonNode pod = spec.path("securityContext");
        for (JsonNode container : spec.path("containers")) {
            JsonNode context = container.path("securityContext");
            if (context.path("allowPrivilegeEscalation").asBoolean(true)) {
                faults.add("allowPrivilegeEscalation != false");
            }
            if (!context.at("/capabilities/drop").toString().contains("\"ALL\"")) {
                faults.add("unrestricted capabilities");
            }
            if (!context.path("runAsNonRoot").asBoolean(pod.path("runAsNonRoot").asBoolean(false))) {
                faults.add("runAsNonRoot != true");
            }
            String profile = context.at("/seccompProfile/type")
                    .asText(pod.at("/seccompProfile/type").asText(""));
            if (!List.of("RuntimeDefault", "Localhost").contains(profile)) {
                faults.add("seccompProfile");
            }
        }
        for (JsonNode volume : spec.path("volumes")) {
            if (volume.has("hostPath")) {
                faults.add("restricted volume types");
            }
        }
        if (spec.path("hostNetwork").asBoolean(false) || spec.path("hostPID").asBoolean(false)) {
            faults.add("host namespaces");
        }
        if (!faults.isEmpty()) {
            throw ApiError.forbidden(key, "violates PodSecurity \"restricted:latest\": " + String.join(", ", faults));
        }
    }
}
