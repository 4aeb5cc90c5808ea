/** The registry as plain files: content by digest, and small files that say which repository holds what (ADR 0018). */
@NullMarked
package im.backend.registry.disk;

import org.jspecify.annotations.NullMarked;
