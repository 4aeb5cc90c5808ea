/** Commands that sign in to a server and out of it. */
@NullMarked
package im.backend.cli.account;

import org.jspecify.annotations.NullMarked;
