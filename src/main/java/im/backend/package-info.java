/** Where the jar starts. */
@NullMarked
package im.backend;

import org.jspecify.annotations.NullMarked;
