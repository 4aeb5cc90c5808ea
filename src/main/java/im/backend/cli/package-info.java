/** The command line: finds the command among the words, lists them all, and ends with an exit code. */
@NullMarked
package im.backend.cli;

import org.jspecify.annotations.NullMarked;
