/** Commands that run the server and look after it: its state, its machine, its image registry. */
@NullMarked
package im.backend.cli.server;

import org.jspecify.annotations.NullMarked;
