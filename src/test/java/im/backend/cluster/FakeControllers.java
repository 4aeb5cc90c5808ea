package im.backend.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import im.backend.file.FileTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks at everything whenever anything changes: workloads, claims, garbage, namespaces. One thread. */
final class FakeControllers implements AutoCloseable {
    private static final long TICK_MILLIS = 100;
    private static final long CLOSE_MAX_MILLIS = 5_000;
    /** Without it no controller deletes what is behind a PersistentVolume, whatever its policy says. */
    private static final String MAKER = "pv.kubernetes.io/provisioned-by";
    /** What makes no volumes, because it does not run. */
    private static final String AWAY = "example.com/away";

    private final ObjectStore store;
    private final FakeApi api;
    private final FakeNode node;
    private final FakeWorkloads workloads;
    private final FakeCronJobs cronJobs;
    private final Clock clock;
    private final Path volumes;
    private final Thread thread =
            Thread.ofPlatform().daemon().name("fake controllers").unstarted(this::run);
    private volatile boolean closed;

    FakeControllers(Path folder, ObjectStore store, FakeApi api, FakeNode node, Clock clock) {
        this.store = store;
        this.api = api;
        this.node = node;
        this.workloads = new FakeWorkloads(store, api);
        this.cronJobs = new FakeCronJobs(store, api);
        this.clock = clock;
        this.volumes = folder.resolve("volumes");
    }

    void start() {
        thread.start();
    }

    /** Returns when nothing is started any more, so that what runs then is all there is to end. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(CLOSE_MAX_MILLIS);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closed) {
            try {
                long seen = store.version();
                for (Map.Entry<ObjectKey, ObjectNode> each : store.all()) {
                    one(each.getKey(), each.getValue());
                }
                node.look();
                store.await(seen, TICK_MILLIS);
            } catch (ApiError overtaken) {
                // Somebody else changed it at the same time: the next round sees how it is now.
            } catch (InterruptedException end) {
                return;
            }
        }
    }

    private void one(ObjectKey key, ObjectNode object) {
        if (collected(key, object)) {
            return;
        }
        try {
            if (key.kind() == Kind.DEPLOYMENT) {
                workloads.deployment(key, object);
            } else if (key.kind() == Kind.REPLICA_SET) {
                workloads.replicaSet(key, object);
            } else if (key.kind() == Kind.JOB) {
                job(key, object);
            } else if (key.kind() == Kind.CRON_JOB) {
                cronJobs.look(key, object, clock.instant());
            } else if (key.kind() == Kind.PERSISTENT_VOLUME_CLAIM) {
                claim(key, object);
            } else if (key.kind() == Kind.PERSISTENT_VOLUME) {
                volume(key, object);
            } else if (key.kind() == Kind.SERVICE) {
                node.serve(key, object);
            } else if (key.kind() == Kind.NAMESPACE
                    && object.at("/metadata/deletionTimestamp").isTextual()) {
                finish(key);
            }
        } catch (ApiError overtaken) {
            // As above: level triggered, so nothing is lost.
        }
    }

    /** A Job says why it has no pod in a warning and nowhere else. */
    private void job(ObjectKey key, ObjectNode job) {
        try {
            workloads.job(key, job);
        } catch (ApiError refused) {
            if (refused.code == 403) {
                node.event(
                        key,
                        job.at("/metadata/uid").asText(),
                        "FailedCreate",
                        "Error creating: " + refused.getMessage());
            }
            throw refused;
        }
    }

    /** Dependents of what is gone, and what waits for its dependents to go. */
    private boolean collected(ObjectKey key, ObjectNode object) {
        JsonNode owners = object.at("/metadata/ownerReferences");
        boolean orphaned = !owners.isEmpty();
        boolean waitedFor = false;
        for (JsonNode owner : owners) {
            Optional<ObjectNode> there = store.list(kindOf(owner), key.namespace()).stream()
                    .map(Map.Entry::getValue)
                    .filter(candidate -> candidate.at("/metadata/uid").equals(owner.path("uid")))
                    .findFirst();
            boolean going = there.map(owning ->
                            owning.at("/metadata/finalizers").toString().contains(ObjectStore.FOREGROUND))
                    .orElse(true);
            orphaned &= going;
            waitedFor |= there.isPresent();
        }
        if (orphaned && !object.at("/metadata/deletionTimestamp").isTextual()) {
            // Whoever waits for it waits for what it owns too.
            boolean foreground = waitedFor && !isAlone(object);
            store.delete(
                    key,
                    foreground,
                    object.at("/spec/terminationGracePeriodSeconds").asLong(30));
            return true;
        }
        if (object.at("/metadata/finalizers").toString().contains(ObjectStore.FOREGROUND)) {
            if (isAlone(object)) {
                unhold(key, ObjectStore.FOREGROUND);
            }
            return true;
        }
        return false;
    }

    private boolean isAlone(ObjectNode owner) {
        return store.all().stream()
                .noneMatch(each -> each.getValue()
                        .at("/metadata/ownerReferences")
                        .toString()
                        .contains(owner.at("/metadata/uid").asText()));
    }

    private static Kind<?> kindOf(JsonNode owner) {
        return switch (owner.path("kind").asText()) {
            case "Deployment" -> Kind.DEPLOYMENT;
            case "ReplicaSet" -> Kind.REPLICA_SET;
            case "Job" -> Kind.JOB;
            case "CronJob" -> Kind.CRON_JOB;
            default -> Kind.CONFIG_MAP;
        };
    }

    private void finish(ObjectKey namespace) {
        List<Map.Entry<ObjectKey, ObjectNode>> contents = store.all().stream()
                .filter(each -> each.getKey().namespace().equals(namespace.name()))
                .toList();
        for (Map.Entry<ObjectKey, ObjectNode> each : contents) {
            if (!each.getValue().at("/metadata/deletionTimestamp").isTextual()) {
                store.delete(
                        each.getKey(),
                        false,
                        each.getValue()
                                .at("/spec/terminationGracePeriodSeconds")
                                .asLong(30));
            }
        }
        if (contents.isEmpty()) {
            store.remove(namespace);
        }
    }

    private void claim(ObjectKey key, ObjectNode claim) {
        if (claim.at("/metadata/deletionTimestamp").isTextual()) {
            boolean used = store.list(Kind.POD, key.namespace()).stream()
                    .anyMatch(
                            pod -> pod.getValue().at("/spec/volumes").toString().contains("\"" + key.name() + "\""));
            if (!used) {
                unhold(key, "kubernetes.io/pvc-protection");
            }
            return;
        }
        if (claim.at("/status/phase").asText().equals("Bound")) {
            return;
        }
        String wanted = claim.at("/spec/volumeName").asText("");
        if (!wanted.isEmpty()) {
            store.get(new ObjectKey(Kind.PERSISTENT_VOLUME, "", wanted))
                    .ifPresent(volume -> bind(key, claim, wanted, volume));
        } else if (!store.list(Kind.STORAGE_CLASS, "").isEmpty()
                && !claim.at("/spec/storageClassName").asText("default").isEmpty()) {
            provision(key, claim);
        } else {
            node.event(
                    key,
                    claim.at("/metadata/uid").asText(),
                    "FailedBinding",
                    "no persistent volumes available for this claim and no storage class is set");
        }
    }

    private void bind(ObjectKey key, ObjectNode claim, String name, ObjectNode volume) {
        JsonNode reference = volume.at("/spec/claimRef");
        boolean free = reference.isMissingNode()
                || reference.path("namespace").asText().equals(key.namespace())
                        && reference.path("name").asText().equals(key.name())
                        && List.of("", claim.at("/metadata/uid").asText())
                                .contains(reference.path("uid").asText(""));
        if (!free) {
            return;
        }
        store.change(new ObjectKey(Kind.PERSISTENT_VOLUME, "", name), bound -> {
            bound.withObjectProperty("spec")
                    .putObject("claimRef")
                    .put("namespace", key.namespace())
                    .put("name", key.name())
                    .put("uid", claim.at("/metadata/uid").asText());
            bound.withObjectProperty("status").put("phase", "Bound");
            return bound;
        });
        store.change(key, bound -> {
            bound.withObjectProperty("spec").put("volumeName", name);
            ObjectNode status = bound.withObjectProperty("status").put("phase", "Bound");
            status.set("capacity", claim.at("/spec/resources/requests"));
            return bound;
        });
    }

    private void provision(ObjectKey key, ObjectNode claim) {
        if (store.list(Kind.STORAGE_CLASS, "").stream()
                .anyMatch(each -> each.getValue().path("provisioner").asText().equals(AWAY))) {
            return;
        }
        String name = "pvc-" + claim.at("/metadata/uid").asText();
        ObjectNode volume = FakeApi.JSON.createObjectNode();
        volume.putObject("metadata").putObject("annotations").put(MAKER, "fake");
        ObjectNode spec = volume.putObject("spec").put("persistentVolumeReclaimPolicy", "Delete");
        spec.putObject("hostPath").put("path", volumes.resolve(name).toString());
        spec.set("accessModes", claim.at("/spec/accessModes"));
        spec.set("capacity", claim.at("/spec/resources/requests"));
        ObjectKey made = new ObjectKey(Kind.PERSISTENT_VOLUME, "", name);
        if (store.get(made).isEmpty()) {
            api.create(made, volume, false);
        }
        store.get(made).ifPresent(there -> bind(key, claim, name, there));
    }

    private void volume(ObjectKey key, ObjectNode volume) {
        JsonNode reference = volume.at("/spec/claimRef");
        if (reference.path("uid").asText("").isEmpty()) {
            if (!volume.at("/status/phase").asText("").equals("Available")) {
                store.change(key, free -> {
                    free.withObjectProperty("status").put("phase", "Available");
                    return free;
                });
            }
            return;
        }
        boolean claimed = store.get(new ObjectKey(
                        Kind.PERSISTENT_VOLUME_CLAIM,
                        reference.path("namespace").asText(),
                        reference.path("name").asText()))
                .filter(claim -> claim.at("/metadata/uid").equals(reference.path("uid")))
                .isPresent();
        if (claimed) {
            return;
        }
        if (volume.at("/spec/persistentVolumeReclaimPolicy").asText().equals("Delete")
                && volume.at("/metadata/annotations").has(MAKER)) {
            deleteData(Path.of(volume.at("/spec/hostPath/path").asText()));
            store.remove(key);
        } else if (!volume.at("/status/phase").asText("").equals("Released")) {
            store.change(key, released -> {
                released.withObjectProperty("status").put("phase", "Released");
                return released;
            });
        }
    }

    private static void deleteData(Path folder) {
        try {
            new FileTree(folder).delete();
        } catch (IOException unwritable) {
            throw new UncheckedIOException(unwritable);
        }
    }

    private void unhold(ObjectKey key, String finalizer) {
        store.change(key, object -> {
            ArrayNode left = FakeApi.JSON.createArrayNode();
            object.at("/metadata/finalizers").forEach(each -> {
                if (!each.asText().equals(finalizer)) {
                    left.add(each);
                }
            });
            object.withObjectProperty("metadata").set("finalizers", left);
            return object;
        });
    }
}
