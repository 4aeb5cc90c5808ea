/** The JSON of the public contract, field for field: how it is read and written; its records are in the rooms below. */
@NullMarked
package im.backend.wire;

import org.jspecify.annotations.NullMarked;
