/** A folder of the user's becomes a tar.gz: what is left out, and how the rest is packed. */
@NullMarked
package im.backend.archive;

import org.jspecify.annotations.NullMarked;
