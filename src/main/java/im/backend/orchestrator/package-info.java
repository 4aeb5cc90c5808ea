/** Port: namespace, volume and workload; its contract is {@code OrchestratorContract}. */
@NullMarked
package im.backend.orchestrator;

import org.jspecify.annotations.NullMarked;
