package im.backend.build;

import im.backend.domain.RuntimeSpec;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/**
 * The base images that are in the registry here, and how they come there. What returned normally survives a power cut.
 * Safe for several threads.
 */
public interface ImageBases {
    /**
     * The base for a runtime; empty when images are made without one. Says in one line what it is, or how it would be
     * brought in. Brings it in itself only when the server is set to, and fails then as {@link #pull} does.
     */
    Optional<ImageBase> choose(RuntimeSpec runtime, BuildListener listener);

    /** In the order of their references. */
    List<ImageBase> list();

    /**
     * Brings in what an archive holds under the name: as {@code docker save} writes it or as an OCI layout in a tar, plain
     * or gzipped. The name moves to it when it was another's. Layers are verified while they are read, and nothing is
     * named before all is. Fails with Invalid {@code image-denied}, {@code image-invalid}, {@code digest-mismatch} and
     * TooLarge {@code image-too-large}.
     */
    ImageBase bring(ImageReference name, InputStream archive);

    /**
     * Asks the registry that the reference names, or its mirror, what it means today, and brings in what is not here yet.
     * Fails as {@link #bring}, with Unavailable {@code base-unavailable} when no registry answers and NotFound
     * {@code base-unknown}.
     */
    ImageBase pull(ImageReference reference);
}
