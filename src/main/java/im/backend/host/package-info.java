/** Starts and ends programs on this host: argument lists only, in a sandbox and under limits where the host has them. */
@NullMarked
package im.backend.host;

import org.jspecify.annotations.NullMarked;
