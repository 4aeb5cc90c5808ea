/** JSON of the server itself: its health and facts, backup and image registry. */
@NullMarked
package im.backend.wire.server;

import org.jspecify.annotations.NullMarked;
