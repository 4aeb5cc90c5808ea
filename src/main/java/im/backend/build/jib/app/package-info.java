/** Which files of a source tree go into an image, and into which layer. */
@NullMarked
package im.backend.build.jib.app;

import org.jspecify.annotations.NullMarked;
