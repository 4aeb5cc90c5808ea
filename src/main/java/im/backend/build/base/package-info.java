/** Base images: which one a runtime gets, brought into the registry from archives and other registries, verified. */
@NullMarked
package im.backend.build.base;

import org.jspecify.annotations.NullMarked;
