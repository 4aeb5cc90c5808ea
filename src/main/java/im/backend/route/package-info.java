/** Port: a hostname points at endpoints; its contract is {@code RouterContract}. */
@NullMarked
package im.backend.route;

import org.jspecify.annotations.NullMarked;
