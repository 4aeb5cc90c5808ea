package im.backend.orchestrator.kubernetes;

import im.backend.cluster.Address;
import im.backend.cluster.Change;
import im.backend.cluster.Cluster;
import im.backend.cluster.Kind;
import im.backend.cluster.Selection;
import im.backend.cluster.Watch;
import im.backend.orchestrator.kubernetes.label.Ownership;
import io.kubernetes.client.common.KubernetesObject;
import java.util.List;

/** Hears at once when a namespace or a Deployment that shall be there is being deleted. */
final class DriftWatch implements AutoCloseable {
    private final LastApplied applied;
    private final Runnable listener;
    private final List<Watch> watches;

    DriftWatch(Cluster cluster, Ownership ownership, LastApplied applied, Runnable listener) {
        this.applied = applied;
        this.listener = listener;
        Selection ours = Selection.everywhere().labelled(Ownership.OWNER, ownership.owner());
        this.watches = List.of(
                cluster.watch(Kind.NAMESPACE, ours, change -> heard(Kind.NAMESPACE, change)),
                cluster.watch(Kind.DEPLOYMENT, ours, change -> heard(Kind.DEPLOYMENT, change)));
    }

    @Override
    public void close() {
        watches.forEach(Watch::close);
    }

    private <T extends KubernetesObject> void heard(Kind<T> kind, Change<T> change) {
        boolean goes = switch (change) {
            // What went while nobody watched is found by the next look.
            case Change.All<T> all -> false;
            case Change.Present<T>(T object) ->
                object.getMetadata().getDeletionTimestamp() != null && asked(kind, object);
            case Change.Gone<T>(T object) -> asked(kind, object);
        };
        if (goes) {
            listener.run();
        }
    }

    private boolean asked(Kind<?> kind, KubernetesObject object) {
        return applied.knows(kind, Address.of(object));
    }
}
