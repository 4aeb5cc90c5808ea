/** Files that only the server's own user may read, as keys and credentials, folders with all that is in them, and disks that fail. */
@NullMarked
package im.backend.file;

import org.jspecify.annotations.NullMarked;
