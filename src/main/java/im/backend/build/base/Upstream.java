package im.backend.build.base;

import im.backend.build.ImageReference;

/** Where base images are pulled from; none of its images is trusted, all are verified. */
@FunctionalInterface
public interface Upstream {
    /** Opens nothing yet. */
    ImageOrigin of(ImageReference reference);
}
