package im.backend.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Deployment to ReplicaSet to Pod, and Job to Pod, with their statuses. */
final class FakeWorkloads {
    private static final String HASH = "pod-template-hash";

    private final ObjectStore store;
    private final FakeApi api;

    FakeWorkloads(ObjectStore store, FakeApi api) {
        this.store = store;
        this.api = api;
    }

    /** Rolling: new pods are made at once, old ones go when those are ready. Recreate: the other way round. */
    void deployment(ObjectKey key, ObjectNode deployment) {
        if (deployment.at("/metadata/deletionTimestamp").isTextual()) {
            return;
        }
        String hash = Integer.toHexString(deployment.at("/spec/template").hashCode() & 0x7fffffff);
        int replicas = deployment.at("/spec/replicas").asInt(1);
        List<Map.Entry<ObjectKey, ObjectNode>> sets = owned(Kind.REPLICA_SET, key, deployment);
        List<Map.Entry<ObjectKey, ObjectNode>> old =
                sets.stream().filter(set -> !hash.equals(hash(set.getValue()))).toList();
        Optional<ObjectNode> current = sets.stream()
                .map(Map.Entry::getValue)
                .filter(set -> hash.equals(hash(set)))
                .findFirst();
        boolean recreate = deployment.at("/spec/strategy/type").asText("").equals("Recreate");
        boolean oldPods = old.stream()
                .anyMatch(set -> !owned(Kind.POD, set.getKey(), set.getValue()).isEmpty());
        ObjectKey mine = key.sibling(Kind.REPLICA_SET, key.name() + "-" + hash);
        if (recreate && oldPods && current.isEmpty()) {
            old.forEach(set -> scale(set.getKey(), set.getValue(), 0));
        } else if (current.isEmpty()) {
            api.create(mine, replicaSet(deployment, hash, replicas), false);
        } else {
            scale(mine, current.get(), replicas);
            if (current.get().at("/status/readyReplicas").asInt(0) >= replicas) {
                old.forEach(set -> scale(set.getKey(), set.getValue(), 0));
            }
        }
        int ready = sets.stream()
                .mapToInt(set -> set.getValue().at("/status/readyReplicas").asInt(0))
                .sum();
        int all = sets.stream()
                .mapToInt(set -> set.getValue().at("/status/replicas").asInt(0))
                .sum();
        int updated = current.map(set -> set.at("/status/replicas").asInt(0)).orElse(0);
        int updatedReady =
                current.map(set -> set.at("/status/readyReplicas").asInt(0)).orElse(0);
        status(key, deployment, status -> {
            status.put(
                    "observedGeneration", deployment.at("/metadata/generation").asLong());
            status.put("replicas", all).put("updatedReplicas", updated).put("readyReplicas", ready);
            status.put("availableReplicas", ready).put("unavailableReplicas", Math.max(0, replicas - ready));
            var conditions = status.putArray("conditions");
            conditions
                    .addObject()
                    .put("type", "Available")
                    .put("status", ready >= replicas ? "True" : "False")
                    .put("reason", ready >= replicas ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable");
            boolean done = updatedReady >= replicas && all == updated;
            conditions
                    .addObject()
                    .put("type", "Progressing")
                    .put("status", "True")
                    .put("reason", done ? "NewReplicaSetAvailable" : "ReplicaSetUpdated");
            current.map(set -> set.at("/status/conditions/0"))
                    .filter(JsonNode::isObject)
                    .ifPresent(failure -> conditions.add(failure.deepCopy()));
        });
    }

    void replicaSet(ObjectKey key, ObjectNode set) {
        if (set.at("/metadata/deletionTimestamp").isTextual()) {
            return;
        }
        List<Map.Entry<ObjectKey, ObjectNode>> pods = owned(Kind.POD, key, set).stream()
                .filter(pod -> !pod.getValue().at("/metadata/deletionTimestamp").isTextual())
                .toList();
        int wanted = set.at("/spec/replicas").asInt(1);
        Optional<String> refused = Optional.empty();
        for (int missing = pods.size(); missing < wanted; missing++) {
            try {
                api.create(podKey(key), pod(Kind.REPLICA_SET, set), false);
            } catch (ApiError forbidden) {
                refused = Optional.of(String.valueOf(forbidden.getMessage()));
                break;
            }
        }
        pods.stream()
                .skip(wanted)
                .forEach(pod -> store.delete(
                        pod.getKey(),
                        false,
                        pod.getValue().at("/spec/terminationGracePeriodSeconds").asLong(30)));
        long ready = pods.stream().filter(pod -> isReady(pod.getValue())).count();
        Optional<String> failure = refused;
        status(key, set, status -> {
            status.put("replicas", pods.size()).put("readyReplicas", ready).put("availableReplicas", ready);
            status.put("observedGeneration", set.at("/metadata/generation").asLong());
            status.remove("conditions");
            failure.ifPresent(message -> status.putArray("conditions")
                    .addObject()
                    .put("type", "ReplicaFailure")
                    .put("status", "True")
                    .put("reason", "FailedCreate")
                    .put("message", message));
        });
    }

    void job(ObjectKey key, ObjectNode job) {
        if (job.at("/metadata/deletionTimestamp").isTextual() || finished(job)) {
            return;
        }
        List<Map.Entry<ObjectKey, ObjectNode>> pods = owned(Kind.POD, key, job);
        long failed = count(pods, pod -> pod.at("/status/phase").asText().equals("Failed"));
        long succeeded = count(pods, pod -> pod.at("/status/phase").asText().equals("Succeeded"));
        long seconds = job.at("/spec/activeDeadlineSeconds").asLong(0);
        boolean late = seconds > 0
                && Instant.parse(job.at("/metadata/creationTimestamp").asText())
                        .plusSeconds(seconds)
                        .isBefore(Instant.now());
        boolean over = failed > job.at("/spec/backoffLimit").asInt(6);
        long active = pods.size() - failed - succeeded;
        if (active == 0 && succeeded == 0 && !over && !late) {
            ObjectNode pod = pod(Kind.JOB, job);
            pod.withObjectProperty("metadata").withObjectProperty("labels").put("job-name", key.name());
            pod.withObjectProperty("metadata")
                    .withObjectProperty("labels")
                    .put("batch.kubernetes.io/job-name", key.name());
            api.create(podKey(key), pod, false);
        }
        if (late || over) {
            pods.stream()
                    .filter(pod -> !pod.getValue().at("/status/phase").asText().equals("Failed"))
                    .forEach(pod -> store.delete(pod.getKey(), false, 1));
        }
        status(key, job, status -> {
            status.put("active", active).put("succeeded", succeeded).put("failed", failed);
            if (succeeded > 0) {
                status.putArray("conditions")
                        .addObject()
                        .put("type", "Complete")
                        .put("status", "True");
                status.put("completionTime", ObjectStore.now());
            } else if (late || over) {
                status.putArray("conditions")
                        .addObject()
                        .put("type", "Failed")
                        .put("status", "True")
                        .put("reason", late ? "DeadlineExceeded" : "BackoffLimitExceeded");
            }
        });
    }

    static boolean isReady(JsonNode pod) {
        for (JsonNode condition : pod.at("/status/conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                return condition.path("status").asText().equals("True");
            }
        }
        return false;
    }

    private static boolean finished(JsonNode job) {
        return !job.at("/status/conditions").isEmpty();
    }

    private static long count(List<Map.Entry<ObjectKey, ObjectNode>> pods, Predicate<ObjectNode> which) {
        return pods.stream().map(Map.Entry::getValue).filter(which).count();
    }

    private List<Map.Entry<ObjectKey, ObjectNode>> owned(Kind<?> kind, ObjectKey owner, ObjectNode object) {
        return store.list(kind, owner.namespace()).stream()
                .filter(each ->
                        each.getValue().at("/metadata/ownerReferences/0/uid").equals(object.at("/metadata/uid")))
                .toList();
    }

    private void scale(ObjectKey key, ObjectNode set, int replicas) {
        if (set.at("/spec/replicas").asInt(1) != replicas) {
            store.change(key, scaled -> {
                scaled.withObjectProperty("spec").put("replicas", replicas);
                return scaled;
            });
        }
    }

    private void status(ObjectKey key, ObjectNode object, java.util.function.Consumer<ObjectNode> write) {
        ObjectNode status =
                object.path("status") instanceof ObjectNode there ? there.deepCopy() : FakeApi.JSON.createObjectNode();
        write.accept(status);
        if (!status.equals(object.path("status"))) {
            store.change(key, changed -> {
                changed.set("status", status);
                return changed;
            });
        }
    }

    private static String hash(JsonNode object) {
        return object.at("/metadata/labels").path(HASH).asText();
    }

    private static ObjectNode replicaSet(ObjectNode deployment, String hash, int replicas) {
        ObjectNode set = FakeApi.JSON.createObjectNode();
        ObjectNode labels = owner(set, Kind.DEPLOYMENT, deployment).putObject("labels");
        deployment
                .at("/spec/template/metadata/labels")
                .properties()
                .forEach(label -> labels.set(label.getKey(), label.getValue()));
        labels.put(HASH, hash);
        ObjectNode spec = set.putObject("spec").put("replicas", replicas);
        spec.set("selector", deployment.at("/spec/selector").deepCopy());
        spec.withObject("/selector/matchLabels").put(HASH, hash);
        spec.set("template", deployment.at("/spec/template").deepCopy());
        spec.withObject("/template/metadata/labels").put(HASH, hash);
        return set;
    }

    private static ObjectKey podKey(ObjectKey owner) {
        String random = Integer.toString((int) (Math.random() * 60_000_000), 36);
        return owner.sibling(Kind.POD, owner.name() + "-" + random);
    }

    private static ObjectNode pod(Kind<?> kind, ObjectNode from) {
        ObjectNode pod = FakeApi.JSON.createObjectNode();
        ObjectNode metadata = owner(pod, kind, from);
        for (String field : List.of("labels", "annotations")) {
            if (from.at("/spec/template/metadata").path(field) instanceof ObjectNode values) {
                metadata.set(field, values.deepCopy());
            }
        }
        pod.set("spec", from.at("/spec/template/spec").deepCopy());
        return pod;
    }

    private static ObjectNode owner(ObjectNode of, Kind<?> kind, ObjectNode owner) {
        ObjectNode metadata = of.putObject("metadata");
        metadata.putArray("ownerReferences")
                .addObject()
                .put("apiVersion", kind.apiVersion())
                .put("kind", kind.name())
                .put("name", owner.at("/metadata/name").asText())
                .put("uid", owner.at("/metadata/uid").asText())
                .put("controller", true)
                .put("blockOwnerDeletion", true);
        return metadata;
    }
}
