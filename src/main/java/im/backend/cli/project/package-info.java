/** Commands about projects, and the environment and secrets that are set on them. */
@NullMarked
package im.backend.cli.project;

import org.jspecify.annotations.NullMarked;
