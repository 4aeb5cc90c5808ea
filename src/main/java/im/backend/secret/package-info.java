/** Port: values that must never be seen; its contract is {@code SecretStoreContract}. */
@NullMarked
package im.backend.secret;

import org.jspecify.annotations.NullMarked;
