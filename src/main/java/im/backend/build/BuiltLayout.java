package im.backend.build;

import im.backend.domain.StartPlan;
import java.nio.file.Path;

/**
 * A whole image that a builder of this host made, as an OCI image layout with that one image in its index.
 *
 * @param start of the plan; the image's own ENTRYPOINT, CMD, ENV and WORKDIR are not in it yet
 * @param folder stays as it is until the project's next build; blobs that the index does not lead to may be removed
 */
public record BuiltLayout(StartPlan start, Path folder) implements Built {}
