/** JSON of projects, and of the environment and secrets that are set on them. */
@NullMarked
package im.backend.wire.project;

import org.jspecify.annotations.NullMarked;
