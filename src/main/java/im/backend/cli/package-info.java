/** The command line: one file a command, stdout for answers, stderr for progress. */
@NullMarked
package im.backend.cli;

import org.jspecify.annotations.NullMarked;
