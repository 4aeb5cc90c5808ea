/** Composition root and life cycle. */
@NullMarked
package im.backend.server;

import org.jspecify.annotations.NullMarked;
