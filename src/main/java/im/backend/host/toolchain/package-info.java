/** The languages that are installed on this host: which versions, where, and what a sandbox has to see of them. */
@NullMarked
package im.backend.host.toolchain;

import org.jspecify.annotations.NullMarked;
