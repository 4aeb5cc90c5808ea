/** JSON of a project's files and commits. */
@NullMarked
package im.backend.wire.source;

import org.jspecify.annotations.NullMarked;
