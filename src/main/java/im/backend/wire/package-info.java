/** The JSON of the public contract, field for field. */
@NullMarked
package im.backend.wire;

import org.jspecify.annotations.NullMarked;
