/** Port: who is calling, and the tokens that say so. */
@NullMarked
package im.backend.identity;

import org.jspecify.annotations.NullMarked;
