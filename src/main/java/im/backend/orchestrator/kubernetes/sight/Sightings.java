package im.backend.orchestrator.kubernetes.sight;

import im.backend.cluster.Address;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.orchestrator.Workload;
import im.backend.orchestrator.kubernetes.label.InstanceName;
import im.backend.orchestrator.kubernetes.label.Ownership;
import io.kubernetes.client.openapi.models.V1Deployment;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what became of a key. Whoever waits for it asks every few milliseconds: what was started here is {@linkplain
 * Following followed} then, and of everything else the same look is given for 200 ms. Safe for
 * several threads.
 */
public final class Sightings {
    /** For which a look is taken for the truth; whoever waits asks more often than the API server likes. */
    private static final Duration LOOK = Duration.ofMillis(200);

    private static final Duration FIRST_WORD = Duration.ofSeconds(1);

    private final Cluster cluster;
    private final Ownership ownership;
    private final Map<Workload.Key, Address> places = new ConcurrentHashMap<>();
    private final Map<Workload.Key, Look> looks = new ConcurrentHashMap<>();
    private final Map<Workload.Key, Following> followings = new ConcurrentHashMap<>();

    private record Look(long at, Optional<Sighting> sighting) {
        boolean isFresh() {
            return System.nanoTime() - at < LOOK.toNanos();
        }
    }

    public Sightings(Cluster cluster, Ownership ownership) {
        this.cluster = cluster;
        this.ownership = ownership;
    }

    public void remember(Workload.Key key, Address deployment) {
        forget(key);
        places.put(key, deployment);
    }

    public void forget(Workload.Key key) {
        places.remove(key);
        looks.remove(key);
        Optional.ofNullable(followings.remove(key)).ifPresent(Following::close);
    }

    /** The Deployment of the key, wherever in the cluster it is; empty when there is none of ours. */
    public Optional<Address> place(Workload.Key key) {
        Address known = places.get(key);
        if (known != null) {
            return Optional.of(known);
        }
        return cluster
                .list(
                        Kind.DEPLOYMENT,
                        Selection.everywhere()
                                .labelled(Ownership.OWNER, ownership.owner())
                                .labelled(
                                        Ownership.INSTANCE, InstanceName.of(key).value()))
                .stream()
                .map(deployment -> Address.in(
                        deployment.getMetadata().getNamespace(),
                        deployment.getMetadata().getName()))
                .findFirst();
    }

    /** As it is now, for whoever will ask again and again until it is as it shall be; empty when there is nothing of the key. */
    public Optional<Sighting> awaited(Workload.Key key) {
        Following following = follow(key);
        // Somebody may have looked while the watches are broken: what is seen counts more than what is told.
        Look last = looks.get(key);
        if (last != null && last.isFresh()) {
            return last.sighting();
        }
        return following != null && following.hasBegun(FIRST_WORD) ? following.sighting() : now(key);
    }

    /** As it is now, looked at unless the API server tells it anyway; empty when there is nothing of the key. */
    public Optional<Sighting> observed(Workload.Key key) {
        Following following = followings.get(key);
        if (following == null || !following.hasBegun(Duration.ZERO) || following.isDoubted()) {
            return now(key);
        }
        return following.sighting();
    }

    /** What the cluster complains of in the namespace of the key's Deployment. */
    public ReleaseEvents warnings(Workload.Key key, Address deployment) {
        Following following = followings.get(key);
        return following == null ? ReleaseEvents.in(cluster, deployment.namespace()) : following.warnings();
    }

    private @Nullable Following follow(Workload.Key key) {
        Address place = places.get(key);
        return place == null
                ? null
                : followings.computeIfAbsent(
                        key, same -> Following.of(cluster, pods(key, place), ended -> followings.remove(key, ended)));
    }

    private Optional<Sighting> now(Workload.Key key) {
        Optional<Sighting> seen = place(key).flatMap(address -> look(key, address));
        looks.put(key, new Look(System.nanoTime(), seen));
        if (seen.isEmpty()) {
            forget(key);
        }
        return seen;
    }

    private Optional<Sighting> look(Workload.Key key, Address address) {
        Optional<V1Deployment> deployment = cluster.get(Kind.DEPLOYMENT, address)
                .filter(found -> found.getMetadata().getDeletionTimestamp() == null);
        return deployment.map(found -> Sighting.of(found, cluster.list(Kind.POD, pods(key, address))));
    }

    public static Selection pods(Workload.Key key, Address deployment) {
        return Selection.in(deployment.namespace())
                .labelled(Ownership.INSTANCE, InstanceName.of(key).value());
    }
}
