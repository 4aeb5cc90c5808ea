/** Runs releases on this host, each instance a supervised program in a sandbox that outlives the server. */
@NullMarked
package im.backend.orchestrator.local;

import org.jspecify.annotations.NullMarked;
