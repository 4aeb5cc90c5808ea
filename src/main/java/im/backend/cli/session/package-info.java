/** What every command works with: its options, the server, the project that is meant, exit codes and the words of a failure. */
@NullMarked
package im.backend.cli.session;

import org.jspecify.annotations.NullMarked;
