package im.backend.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One pod on the fake node: its container's process, restarts, probes and status. Looked at by one thread. */
final class PodRun {
    private static final int KILLED = 137;

    private final ObjectKey key;
    private final Path folder;
    private final String address;
    private final FakeNode node;
    private final Instant created = Instant.now();
    private @Nullable ContainerRun run;
    private int restarts;
    private Instant nextStart = Instant.EPOCH;
    private Optional<ObjectNode> lastEnd = Optional.empty();
    private Optional<Instant> terminating = Optional.empty();

    PodRun(ObjectKey key, Path folder, String address, FakeNode node) {
        this.key = key;
        this.folder = folder;
        this.address = address;
        this.node = node;
    }

    /** The container that runs, or ran last. */
    Optional<ContainerRun> container(boolean previous) {
        ContainerRun now = run;
        return now == null ? Optional.empty() : previous ? now.previous() : Optional.of(now);
    }

    void kill() {
        if (run != null) {
            run.kill();
        }
    }

    /** @return whether nothing of it is left */
    boolean look(ObjectNode pod) {
        if (pod.at("/metadata/deletionTimestamp").isTextual()) {
            return end(pod);
        }
        ObjectNode container = (ObjectNode) pod.at("/spec/containers/0");
        ObjectNode status = FakeApi.JSON
                .createObjectNode()
                .put("phase", "Pending")
                .put("podIP", address)
                .put("hostIP", "127.0.0.1");
        ObjectNode told = status.putArray("containerStatuses")
                .addObject()
                .put("name", container.path("name").asText());
        told.put("image", container.path("image").asText()).put("ready", false).put("restartCount", restarts);
        Optional<Path> root = node.image(container.path("image").asText());
        Optional<String> unschedulable = claimsBound(pod)
                ? node.unschedulable(pod)
                : Optional.of("0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.");
        Optional<String> unmounted = unmounted(pod);
        if (!claimsBound(pod) && node.makesVolumesOnDemand()) {
            // The scheduler has chosen a node for the volume, and waits for it without a word.
            told.putObject("state");
            node.unplaced(key, status);
            return false;
        }
        if (unschedulable.isPresent()) {
            told.putObject("state");
            status.putArray("conditions")
                    .addObject()
                    .put("type", "PodScheduled")
                    .put("status", "False")
                    .put("reason", "Unschedulable")
                    .put("message", unschedulable.get());
            warn(pod, "FailedScheduling", unschedulable.get());
        } else if (run == null && unmounted.isPresent()) {
            waiting(pod, told, "ContainerCreating", "");
            warn(pod, "FailedMount", unmounted.get());
        } else if (root.isEmpty()) {
            waiting(
                    pod,
                    told,
                    "ImagePullBackOff",
                    "Back-off pulling image \"" + container.path("image").asText() + "\"");
        } else {
            go(pod, container, root.get(), status, told);
        }
        lastEnd.ifPresent(ended -> told.putObject("lastState").set("terminated", ended));
        node.status(key, status);
        return false;
    }

    private void go(ObjectNode pod, ObjectNode container, Path root, ObjectNode status, ObjectNode told) {
        String policy = pod.at("/spec/restartPolicy").asText("Always");
        if (run == null) {
            begin(pod, container, root, told);
        }
        ContainerRun now = run;
        if (now == null) {
            return;
        }
        Optional<Integer> exit = now.exit();
        if (exit.isEmpty()) {
            running(now, pod, container, status, told);
            return;
        }
        ObjectNode ended = FakeApi.JSON.createObjectNode().put("exitCode", exit.get());
        ended.put("reason", exit.get() == 0 ? "Completed" : "Error").put("finishedAt", ObjectStore.now());
        boolean again = policy.equals("Always") || policy.equals("OnFailure") && exit.get() != 0;
        if (!again) {
            status.put("phase", exit.get() == 0 ? "Succeeded" : "Failed");
            told.putObject("state").set("terminated", ended);
            return;
        }
        status.put("phase", "Running");
        if (nextStart.equals(Instant.EPOCH)) {
            lastEnd = Optional.of(ended);
            nextStart = Instant.now().plusMillis(Math.min(200L << Math.min(restarts, 5), 5000));
        }
        if (Instant.now().isBefore(nextStart)) {
            waiting(pod, told, "CrashLoopBackOff", "back-off restarting failed container");
            return;
        }
        restarts++;
        nextStart = Instant.EPOCH;
        begin(pod, container, root, told);
    }

    private void begin(ObjectNode pod, ObjectNode container, Path root, ObjectNode told) {
        try {
            run = ContainerRun.start(
                    new ContainerRun.Setting(pod, container, root, folder, address, restarts),
                    node,
                    Optional.ofNullable(run));
        } catch (IOException notRunnable) {
            waiting(pod, told, "RunContainerError", String.valueOf(notRunnable.getMessage()));
        }
    }

    private void running(ContainerRun now, ObjectNode pod, ObjectNode container, ObjectNode status, ObjectNode told) {
        boolean ready = ready(container);
        if (!ready) {
            warn(pod, "Unhealthy", "Startup probe failed: dial tcp " + address + ": connect: connection refused");
        }
        status.put("phase", "Running");
        told.put("ready", ready).put("started", ready);
        told.putObject("state")
                .putObject("running")
                .put("startedAt", now.startedAt().toString());
        status.putArray("conditions").addObject().put("type", "Ready").put("status", ready ? "True" : "False");
    }

    private boolean ready(JsonNode container) {
        JsonNode probe =
                container.has("readinessProbe") ? container.path("readinessProbe") : container.path("startupProbe");
        if (probe.isMissingNode()) {
            return true;
        }
        JsonNode port = probe.has("httpGet") ? probe.at("/httpGet/port") : probe.at("/tcpSocket/port");
        int number = port.asInt();
        for (JsonNode named : container.path("ports")) {
            if (named.path("name").equals(port)) {
                number = named.path("containerPort").asInt();
            }
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, number), 500);
        } catch (IOException closed) {
            return false;
        }
        return !probe.has("httpGet") || answers(probe.at("/httpGet/path").asText("/"), number);
    }

    private boolean answers(String path, int port) {
        try {
            HttpURLConnection get = (HttpURLConnection)
                    URI.create("http://" + address + ":" + port + path).toURL().openConnection();
            get.setConnectTimeout(500);
            get.setReadTimeout(1000);
            return get.getResponseCode() < 400;
        } catch (IOException notYet) {
            return false;
        }
    }

    private boolean end(ObjectNode pod) {
        ContainerRun now = run;
        if (now == null || now.exit().isPresent()) {
            return true;
        }
        if (terminating.isEmpty()) {
            terminating = Optional.of(Instant.now());
            now.terminate();
        }
        Duration grace = Duration.ofSeconds(
                pod.at("/metadata/deletionGracePeriodSeconds").asLong(30));
        if (terminating.get().plus(grace).isBefore(Instant.now())) {
            now.kill();
        }
        return false;
    }

    private void waiting(ObjectNode pod, ObjectNode told, String reason, String message) {
        told.putObject("state").putObject("waiting").put("reason", reason).put("message", message);
        if (reason.equals("ImagePullBackOff")) {
            warn(pod, "Failed", "Failed to pull image: not found");
        }
    }

    private void warn(ObjectNode pod, String reason, String message) {
        node.event(key, pod.at("/metadata/uid").asText(), reason, message);
    }

    /** A local volume has to be there before; the kubelet makes the folders of all others. */
    private Optional<String> unmounted(ObjectNode pod) {
        for (JsonNode volume : pod.at("/spec/volumes")) {
            String claim = volume.at("/persistentVolumeClaim/claimName").asText("");
            String name = node.object(key.sibling(Kind.PERSISTENT_VOLUME_CLAIM, claim))
                    .at("/spec/volumeName")
                    .asText("");
            String path = node.object(new ObjectKey(Kind.PERSISTENT_VOLUME, "", name))
                    .at("/spec/local/path")
                    .asText("");
            if (!path.isEmpty() && !Files.isDirectory(Path.of(path))) {
                return Optional.of("MountVolume.NewMounter initialization failed for volume \"" + name + "\" : path \""
                        + path + "\" does not exist");
            }
        }
        return Optional.empty();
    }

    private boolean claimsBound(ObjectNode pod) {
        for (JsonNode volume : pod.at("/spec/volumes")) {
            String claim = volume.at("/persistentVolumeClaim/claimName").asText("");
            if (!claim.isEmpty()
                    && !node.object(key.sibling(Kind.PERSISTENT_VOLUME_CLAIM, claim))
                            .at("/status/phase")
                            .asText("")
                            .equals("Bound")) {
                return false;
            }
        }
        return true;
    }
}
