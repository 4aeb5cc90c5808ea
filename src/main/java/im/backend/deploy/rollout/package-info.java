/** Bringing a release up: workloads, waiting until they are well, finding out why they are not, and giving them the traffic. */
@NullMarked
package im.backend.deploy.rollout;

import org.jspecify.annotations.NullMarked;
