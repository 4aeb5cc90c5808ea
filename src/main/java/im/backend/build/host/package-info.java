/** Runs the language's own tools on this host, in the sandbox and under the limits of {@code host}. */
@NullMarked
package im.backend.build.host;

import org.jspecify.annotations.NullMarked;
