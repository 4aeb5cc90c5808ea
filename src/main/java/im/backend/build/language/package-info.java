/** How each language's own tools install, build and test an app, wherever they run; port: the place where they do. */
@NullMarked
package im.backend.build.language;

import org.jspecify.annotations.NullMarked;
