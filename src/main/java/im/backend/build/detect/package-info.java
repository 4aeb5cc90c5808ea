/** Looks at a source tree and says how it is built and started. */
@NullMarked
package im.backend.build.detect;

import org.jspecify.annotations.NullMarked;
