/** Port: which known faults the packages of an image have, and which of them are too bad to go live. */
@NullMarked
package im.backend.scan;

import org.jspecify.annotations.NullMarked;
