package im.backend.cluster;

import io.kubernetes.client.common.KubernetesObject;
import java.util.List;
import java.util.Objects;

/** What a {@linkplain Cluster#watch watch} tells. */
public sealed interface Change<T extends KubernetesObject> {
    /** All there is: at first, and again when the API server no longer knew what had changed since. */
    record All<T extends KubernetesObject>(List<T> objects) implements Change<T> {
        public All {
            objects = List.copyOf(objects);
        }
    }

    /** It is new or was changed. */
    record Present<T extends KubernetesObject>(T object) implements Change<T> {}

    /** It is gone, or no longer selected. */
    record Gone<T extends KubernetesObject>(T object) implements Change<T> {}

    /** Whether this very object is still there, and not one of the same name that was made since. */
    default boolean shows(T object) {
        return switch (this) {
            case All<T>(List<T> all) -> all.stream().anyMatch(other -> isSame(other, object));
            case Present<T>(T other) -> isSame(other, object);
            case Gone<T> gone -> false;
        };
    }

    private static boolean isSame(KubernetesObject one, KubernetesObject other) {
        return Objects.equals(one.getMetadata().getUid(), other.getMetadata().getUid());
    }
}
