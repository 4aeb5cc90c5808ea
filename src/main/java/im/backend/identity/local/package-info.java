/** The account of a lone server. */
@NullMarked
package im.backend.identity.local;

import org.jspecify.annotations.NullMarked;
