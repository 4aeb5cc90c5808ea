/** JSON of releases, rollbacks and what is known to be wrong with a release. */
@NullMarked
package im.backend.wire.release;

import org.jspecify.annotations.NullMarked;
