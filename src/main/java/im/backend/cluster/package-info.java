/** The gateway to the API server of a Kubernetes cluster: objects applied, watched and deleted, logs, programs in pods. */
@NullMarked
package im.backend.cluster;

import org.jspecify.annotations.NullMarked;
