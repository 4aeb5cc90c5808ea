/** Every failure that a caller may be told. */
@NullMarked
package im.backend.problem;

import org.jspecify.annotations.NullMarked;
