/** How what is made on a cluster is named and labelled: found again by it, and never taken for somebody else's. */
@NullMarked
package im.backend.orchestrator.kubernetes.label;

import org.jspecify.annotations.NullMarked;
