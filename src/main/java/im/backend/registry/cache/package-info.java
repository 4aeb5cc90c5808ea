/** Blobs that are at home in an object store: read through, verified, and kept on the disk as long as there is room (ADR 0031). */
@NullMarked
package im.backend.registry.cache;

import org.jspecify.annotations.NullMarked;
