/** An app's way out: what the platform does with it, written down as files for any other one. */
@NullMarked
package im.backend.eject;

import org.jspecify.annotations.NullMarked;
