/** Files that only the server's own user may read, as keys and credentials, and folders with all that is in them. */
@NullMarked
package im.backend.file;

import org.jspecify.annotations.NullMarked;
