/** Composition root, life cycle, the hardened listener. */
@NullMarked
package im.backend.server;

import org.jspecify.annotations.NullMarked;
