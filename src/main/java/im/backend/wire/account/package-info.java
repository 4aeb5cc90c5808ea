/** JSON of signing in: keys, tokens, tickets. */
@NullMarked
package im.backend.wire.account;

import org.jspecify.annotations.NullMarked;
