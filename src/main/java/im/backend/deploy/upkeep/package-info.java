/** Keeping what is live so: recovery after a crash, mending what somebody changed, and retiring what is old. */
@NullMarked
package im.backend.deploy.upkeep;

import org.jspecify.annotations.NullMarked;
