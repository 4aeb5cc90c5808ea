/** What became of what was asked for on a cluster, and why it does not run. */
@NullMarked
package im.backend.orchestrator.kubernetes.sight;

import org.jspecify.annotations.NullMarked;
