/** Runs releases on Kubernetes; everything that is said to an API server is said by {@code Cluster}. */
@NullMarked
package im.backend.orchestrator.kubernetes;

import org.jspecify.annotations.NullMarked;
