package im.backend.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
    private final String network;
    private final ObjectStore store;
    private final FakeApi api;
    private final Map<String, PodRun> pods = new ConcurrentHashMap<>();
    private final Map<String, ServiceRelay> services = new ConcurrentHashMap<>();
    private final Map<String, Path> images = new ConcurrentHashMap<>();
    private int podAddresses = 1;

    /** @param network the first two numbers of the addresses of pods */
    FakeNode(Path folder, String network, ObjectStore store, FakeApi api) {
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
                run = new PodRun(
                        each.getKey(), folder.resolve("pods").resolve(uid), address(network, podAddresses++), this);
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

    public void event(ObjectKey pod, String uid, String reason, String message) {
        ObjectNode event = FakeApi.JSON.createObjectNode();
        event.put("type", "Warning")
                .put("reason", reason)
                .put("message", message)
                .put("lastTimestamp", ObjectStore.now());
        event.putObject("involvedObject")
                .put("kind", "Pod")
                .put("namespace", pod.namespace())
                .put("name", pod.name())
                .put("uid", uid);
        ObjectKey key = pod.sibling(Kind.EVENT, pod.name() + "." + Long.toHexString(System.nanoTime()));
        try {
            api.create(key, event, false);
        } catch (ApiError namespaceGoes) {
            // Nobody will ask any more.
        }
    }

    @Override
    public void close() {
        pods.values().forEach(PodRun::kill);
        services.values().forEach(ServiceRelay::close);
    }

    static String address(String network, int number) {
        return network + "." + (number >> 8 & 0xff) + "." + (number & 0xff);
    }
}
