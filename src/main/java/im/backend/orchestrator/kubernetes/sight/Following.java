package im.backend.orchestrator.kubernetes.sight;

import im.backend.cluster.Change;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.cluster.Watch;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.models.CoreV1Event;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Pod;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What becomes of a Deployment and its pods, as the API server tells it: four calls for the whole way, and two more once it
 * takes so long that somebody asks for warnings. It ends by itself when nobody has asked for a while. Safe for several
 * threads.
 */
final class Following implements AutoCloseable {
    private static final Duration FORGOTTEN = Duration.ofSeconds(10);
    /** After which it is doubted that a watch would tell: its connection may be dead, the API server away or unwilling. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private static final Duration WARNINGS_MAX = Duration.ofSeconds(1);

    private final Cluster cluster;
    private final Selection objects;
    private final Told<V1Deployment> deployments = new Told<>();
    private final Told<V1Pod> pods = new Told<>();
    private final Told<CoreV1Event> warnings = new Told<>();
    private final ConcurrentLinkedQueue<Watch> watches = new ConcurrentLinkedQueue<>();
    private volatile long asked = System.nanoTime();
    private volatile long trusted = System.nanoTime();
    private boolean warned;
    private volatile boolean closed;

    private Following(Cluster cluster, Selection objects) {
        this.cluster = cluster;
        this.objects = objects;
    }

    /** @param forgotten told when it ends by itself */
    static Following of(Cluster cluster, Selection objects, Consumer<Following> forgotten) {
        Following following = new Following(cluster, objects);
        following.watch(Kind.DEPLOYMENT, objects, change -> {
            following.deployments.hear(change);
            following.trusted = System.nanoTime();
        });
        following.watch(Kind.POD, objects, following.pods::hear);
        Thread.ofVirtual().name("following of " + objects.labels()).start(() -> following.endWhenForgotten(forgotten));
        return following;
    }

    /** Whether the API server has said what there is; waits for it. */
    boolean hasBegun(Duration max) {
        asked = System.nanoTime();
        return deployments.await(max) && pods.await(max) && !closed;
    }

    /** Whether nothing was told of the Deployment for so long that whoever asks shall look; then not again for as long. */
    boolean isDoubted() {
        long now = System.nanoTime();
        if (now - trusted <= SILENCE.toNanos()) {
            return false;
        }
        trusted = now;
        return true;
    }

    /** As it is now, once it {@linkplain #hasBegun has begun}; empty when there is no Deployment. */
    Optional<Sighting> sighting() {
        return deployments.all().stream()
                .filter(deployment -> deployment.getMetadata().getDeletionTimestamp() == null)
                .findFirst()
                .map(deployment -> Sighting.of(deployment, pods.all()));
    }

    /** Of the whole namespace; none where the cluster lets nobody read them. */
    ReleaseEvents warnings() {
        if (isFirstWarned()) {
            watch(Kind.EVENT, ReleaseEvents.of(objects.namespace()), warnings::hear);
            warnings.await(WARNINGS_MAX);
        }
        return ReleaseEvents.sorted(warnings.all());
    }

    private synchronized boolean isFirstWarned() {
        boolean first = !warned;
        warned = true;
        return first;
    }

    @Override
    public void close() {
        closed = true;
        for (Watch watch = watches.poll(); watch != null; watch = watches.poll()) {
            watch.close();
        }
    }

    private <T extends KubernetesObject> void watch(Kind<T> kind, Selection selection, Consumer<Change<T>> listener) {
        watches.add(cluster.watch(kind, selection, listener));
        if (closed) {
            close();
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

    /** The objects of one kind by the API server's last word. */
    private static final class Told<T extends KubernetesObject> {
        private final Map<String, T> objects = new HashMap<>();
        private final CountDownLatch begun = new CountDownLatch(1);

        boolean await(Duration max) {
            try {
                return begun.await(max.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        synchronized List<T> all() {
            return List.copyOf(objects.values());
        }

        synchronized void hear(Change<T> change) {
            switch (change) {
                case Change.All<T>(List<T> all) -> {
                    objects.clear();
                    all.forEach(object -> objects.put(object.getMetadata().getName(), object));
                    begun.countDown();
                }
                case Change.Present<T>(T object) ->
                    objects.put(object.getMetadata().getName(), object);
                case Change.Gone<T>(T object) ->
                    objects.remove(object.getMetadata().getName());
            }
        }
    }
}
