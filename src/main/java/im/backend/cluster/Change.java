package im.backend.cluster;

import java.util.List;

/** What a {@linkplain Cluster#watch watch} tells. */
public sealed interface Change<T> {
    /** All there is: at first, and again when the API server no longer knew what had changed since. */
    record All<T>(List<T> objects) implements Change<T> {
        public All {
            objects = List.copyOf(objects);
        }
    }

    /** It is new or was changed. */
    record Present<T>(T object) implements Change<T> {}

    /** It is gone, or no longer selected. */
    record Gone<T>(T object) implements Change<T> {}
}
