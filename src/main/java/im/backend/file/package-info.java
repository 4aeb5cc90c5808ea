/** Files that only the server's own user may read: keys and credentials. */
@NullMarked
package im.backend.file;

import org.jspecify.annotations.NullMarked;
