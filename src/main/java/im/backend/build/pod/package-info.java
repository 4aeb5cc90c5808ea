/** Runs builds in pods of the runtime's own base image: the source goes in as a tar, the result comes back as one. */
@NullMarked
package im.backend.build.pod;

import org.jspecify.annotations.NullMarked;
