/** Port: images as bytes under their digests, arranged in repositories with tags (OCI distribution and image spec 1.1). */
@NullMarked
package im.backend.registry;

import org.jspecify.annotations.NullMarked;
