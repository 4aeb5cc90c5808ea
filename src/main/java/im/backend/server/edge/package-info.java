/** The hardened listener: what a hostile or slow client may do to the platform's port before it is told to go. */
@NullMarked
package im.backend.server.edge;

import org.jspecify.annotations.NullMarked;
