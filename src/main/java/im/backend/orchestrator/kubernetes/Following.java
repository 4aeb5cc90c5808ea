package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Change;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.cluster.Watch;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What becomes of a Deployment and its pods, as the API server tells it: four calls for the whole way, where looking takes
 * ten in each second and sees it later. It ends by itself when nobody has asked for a while. Safe for several threads.
 */
final class Following implements AutoCloseable {
    private static final Duration FORGOTTEN = Duration.ofSeconds(10);

    private final Map<String, V1Deployment> deployments = new HashMap<>();
    private final Map<String, V1Pod> pods = new HashMap<>();
    private final Set<Kind<?>> listed = new HashSet<>();
    private final CountDownLatch lists = new CountDownLatch(2);
    private final List<Watch> watches = new ArrayList<>();
    private volatile long asked = System.nanoTime();
    private volatile boolean closed;

    /** @param forgotten told when it ends by itself */
    static Following of(Cluster cluster, Selection objects, Consumer<Following> forgotten) {
        Following following = new Following();
        following.watches.add(cluster.watch(
                Kind.DEPLOYMENT, objects, change -> following.hear(Kind.DEPLOYMENT, following.deployments, change)));
        following.watches.add(
                cluster.watch(Kind.POD, objects, change -> following.hear(Kind.POD, following.pods, change)));
        Thread.ofVirtual().name("following of " + objects.labels()).start(() -> following.endWhenForgotten(forgotten));
        return following;
    }

    /** Whether the API server has said what there is; waits for it. */
    boolean hasBegun(Duration max) {
        asked = System.nanoTime();
        try {
            return lists.await(max.toNanos(), TimeUnit.NANOSECONDS) && !closed;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** As it is now, once it {@linkplain #hasBegun has begun}; empty when there is no Deployment. */
    synchronized Optional<Sighting> sighting() {
        return deployments.values().stream()
                .filter(deployment -> deployment.getMetadata().getDeletionTimestamp() == null)
                .findFirst()
                .map(deployment -> Sighting.of(deployment, List.copyOf(pods.values())));
    }

    @Override
    public void close() {
        closed = true;
        watches.forEach(Watch::close);
    }

    private synchronized <T extends KubernetesObject> void hear(
            Kind<T> kind, Map<String, T> objects, Change<T> change) {
        switch (change) {
            case Change.All<T>(List<T> all) -> {
                objects.clear();
                all.forEach(object -> objects.put(object.getMetadata().getName(), object));
                // A list may come again, when the API server has forgotten where the watch was.
                if (listed.add(kind)) {
                    lists.countDown();
                }
            }
            case Change.Present<T>(T object) -> objects.put(object.getMetadata().getName(), object);
            case Change.Gone<T>(T object) -> objects.remove(object.getMetadata().getName());
        }
    }

    private void endWhenForgotten(Consumer<Following> forgotten) {
        while (!closed && System.nanoTime() - asked < FORGOTTEN.toNanos()) {
            try {
                Thread.sleep(FORGOTTEN);
            } catch (InterruptedException end) {
                break;
            }
        }
        if (!closed) {
            forgotten.accept(this);
            close();
        }
    }
}
