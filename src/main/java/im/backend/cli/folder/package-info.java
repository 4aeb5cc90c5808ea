/** Commands that look at the app in a folder and write files into it; no server is needed. */
@NullMarked
package im.backend.cli.folder;

import org.jspecify.annotations.NullMarked;
