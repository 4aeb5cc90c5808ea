package im.backend.build;

import im.backend.domain.Digest;
import java.util.List;

/** The result of a build; {@link ImageBuilder#open} makes it runnable. */
public record BuiltImage(Digest digest, List<Layer> layers) {
    public BuiltImage {
        layers = List.copyOf(layers);
    }

    /** @param reused it was there already, so that nothing was written */
    public record Layer(Digest digest, long sizeBytes, boolean reused) {}
}
