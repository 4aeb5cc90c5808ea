/** Port: the versioned source of each project; its contract is {@code SourceStoreContract}. */
@NullMarked
package im.backend.source;

import org.jspecify.annotations.NullMarked;
