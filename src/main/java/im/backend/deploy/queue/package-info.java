/** Who deploys when: deployments are opened in the log, wait for their turn and can be ended from outside. */
@NullMarked
package im.backend.deploy.queue;

import org.jspecify.annotations.NullMarked;
