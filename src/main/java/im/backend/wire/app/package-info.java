/** JSON of what runs of a project: state, logs, replicas, commands run in it. */
@NullMarked
package im.backend.wire.app;

import org.jspecify.annotations.NullMarked;
