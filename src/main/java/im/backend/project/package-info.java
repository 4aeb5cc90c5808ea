/** Use cases: projects, their source, environment and secrets. */
@NullMarked
package im.backend.project;

import org.jspecify.annotations.NullMarked;
