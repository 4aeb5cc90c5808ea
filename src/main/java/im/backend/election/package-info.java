/** Which one of several servers works: a Lease of the cluster that they share. */
@NullMarked
package im.backend.election;

import org.jspecify.annotations.NullMarked;
