/** Port: source becomes a release image; its contract is {@code ImageBuilderContract}. */
@NullMarked
package im.backend.build;

import org.jspecify.annotations.NullMarked;
