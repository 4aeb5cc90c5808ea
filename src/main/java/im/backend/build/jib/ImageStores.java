package im.backend.build.jib;

import im.backend.build.ImageBases;
import im.backend.build.ImageDestination;
import im.backend.registry.ImageRegistry;
import java.util.Optional;

/**
 * Where images come from and go to.
 *
 * @param registry that builds write to, without HTTP in between
 * @param destination a further registry; the release waits until the image is there
 */
public record ImageStores(ImageRegistry registry, ImageBases bases, Optional<ImageDestination> destination) {}
