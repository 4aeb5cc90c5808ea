package im.backend.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubernetes.client.custom.Quantity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The kubelet and kube-proxy of the fake cluster. Pods and Services each have an address of their own on loopback, so that two
 * may listen on one port. A pod's files are those of the host, with the folder that {@link #image} names in the place of its own.
 */
public final class FakeNode implements AutoCloseable {
    private final Path folder;
    private final FakeNetwork network;
    private final ObjectStore store;
    private final FakeApi api;
    private final Map<String, PodRun> pods = new ConcurrentHashMap<>();
    private final Map<String, ServiceRelay> services = new ConcurrentHashMap<>();
    private final Map<String, Path> images = new ConcurrentHashMap<>();
    private int podAddresses = 1;

    FakeNode(Path folder, FakeNetwork network, ObjectStore store, FakeApi api) {
        this.folder = folder;
        this.network = network;
        this.store = store;
        this.api = api;
    }

    /** @param root holds the image's files, as {@code root/app/server.py}; pods of images that nobody named are not pulled */
    public void image(String reference, Path root) {
        images.put(reference, root);
    }

    public Optional<Path> image(String reference) {
        return Optional.ofNullable(images.get(reference));
    }

    public Optional<PodRun> pod(String uid) {
        return Optional.ofNullable(pods.get(uid));
    }

    /** Starts what is new, looks at what runs, ends what is to go. */
    public void look() {
        services.entrySet().removeIf(each -> {
            boolean gone = store.list(Kind.SERVICE, "").stream()
                    .noneMatch(there ->
                            there.getValue().at("/metadata/uid").asText().equals(each.getKey()));
            if (gone) {
                each.getValue().close();
            }
            return gone;
        });
        for (Map.Entry<ObjectKey, ObjectNode> each : store.list(Kind.POD, "")) {
            ObjectNode pod = each.getValue();
            String uid = pod.at("/metadata/uid").asText();
            PodRun run = pods.get(uid);
            if (run == null && pod.at("/metadata/deletionTimestamp").isTextual()) {
                store.remove(each.getKey());
                continue;
            }
            if (run == null) {
                run = new PodRun(each.getKey(), folder.resolve("pods").resolve(uid), network.pod(podAddresses++), this);
                pods.put(uid, run);
            }
            if (run.look(pod)) {
                pods.remove(uid);
                store.remove(each.getKey());
            }
        }
    }

    public void serve(ObjectKey key, ObjectNode service) {
        String ip = service.at("/spec/clusterIP").asText("");
        if (!ip.equals("None")) {
            String uid = service.at("/metadata/uid").asText();
            services.computeIfAbsent(uid, fresh -> {
                try {
                    return new ServiceRelay(store, key, ip).start();
                } catch (IOException taken) {
                    throw new IllegalStateException(taken);
                }
            });
        }
    }

    /** What a variable of a container comes from: a Secret or ConfigMap of its namespace. */
    public JsonNode object(ObjectKey key) {
        return store.get(key).<JsonNode>map(found -> found).orElse(FakeApi.JSON.missingNode());
    }

    /** Whether a claim stays unbound until a pod needs it, as with the storage class of K3s. */
    boolean makesVolumesOnDemand() {
        return store.list(Kind.STORAGE_CLASS, "").stream()
                .anyMatch(each ->
                        each.getValue().path("volumeBindingMode").asText().equals("WaitForFirstConsumer"));
    }

    /** The status of a pod that has no node. */
    void unplaced(ObjectKey pod, ObjectNode status) {
        store.get(pod)
                .filter(now -> !now.path("status").equals(status))
                .ifPresent(now -> store.change(pod, changed -> {
                    changed.set("status", status);
                    return changed;
                }));
    }

    public void status(ObjectKey pod, ObjectNode status) {
        store.get(pod).ifPresent(now -> {
            if (!now.path("status").equals(status)) {
                store.change(pod, changed -> {
                    changed.set("status", status);
                    changed.withObjectProperty("spec").put("nodeName", "fake");
                    return changed;
                });
            }
        });
    }

    /** Once for each thing that is to be said about an object, where a real one counts how often. */
    public void event(ObjectKey about, String uid, String reason, String message) {
        String name = about.name() + "." + Integer.toHexString((uid + reason + message).hashCode());
        ObjectKey key = about.sibling(Kind.EVENT, name);
        if (store.get(key).isPresent()) {
            return;
        }
        ObjectNode event = FakeApi.JSON.createObjectNode();
        event.put("type", "Warning")
                .put("reason", reason)
                .put("message", message)
                .put("lastTimestamp", ObjectStore.now());
        event.putObject("involvedObject")
                .put("kind", about.kind().name())
                .put("namespace", about.namespace())
                .put("name", about.name())
                .put("uid", uid);
        try {
            api.create(key, event, false);
        } catch (ApiError namespaceGoes) {
            // Nobody will ask any more.
        }
    }

    /** What keeps the scheduler from giving the pod a node; only what somebody has said that nodes have is counted. */
    Optional<String> unschedulable(ObjectNode pod) {
        long wanted = new Quantity(
                        pod.at("/spec/containers/0/resources/requests/memory").asText("0"))
                .getNumber()
                .longValue();
        boolean room = store.list(Kind.NODE, "").stream()
                .map(node -> node.getValue().at("/status/allocatable/memory"))
                .anyMatch(memory -> memory.isMissingNode()
                        || new Quantity(memory.asText()).getNumber().longValue() >= wanted);
        return room || store.list(Kind.NODE, "").isEmpty()
                ? Optional.empty()
                : Optional.of("0/1 nodes are available: 1 Insufficient memory.");
    }

    @Override
    public void close() {
        pods.values().forEach(PodRun::kill);
        services.values().forEach(ServiceRelay::close);
    }
}
